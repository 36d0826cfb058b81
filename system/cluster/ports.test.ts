import { expect, test } from 'vitest'
import { parseEphemeralRange, portsOutside } from './ports.ts'

test("reads the kernel's range of ephemeral ports", () => {
  expect(parseEphemeralRange('32768\t60999\n')).toEqual({ low: 32_768, high: 60_999 })
  expect(parseEphemeralRange('nonsense')).toBeNull()
})

test('takes ports below the usual ephemeral range', () => {
  expect(portsOutside({ low: 32_768, high: 60_999 })).toEqual({ low: 10_240, high: 32_000 })
})

test('takes ports above an ephemeral range that starts low', () => {
  expect(portsOutside({ low: 1_024, high: 50_000 })).toEqual({ low: 50_001, high: 65_535 })
})

test('keeps its preferred range when the ephemeral range leaves nothing, or is unknown', () => {
  expect(portsOutside({ low: 1_024, high: 65_535 })).toEqual({ low: 10_240, high: 32_000 })
  expect(portsOutside(null)).toEqual({ low: 10_240, high: 32_000 })
})
