import { expect, test } from 'vitest'
import { maskedScanner, readScannerConfiguration } from './configuration.ts'

const complete = {
  CHAT_MONGO_URL: 'mongodb://user:hidden@127.0.0.1:1',
  CHAT_MONGO_DATABASE: 'chat',
  CHAT_STORE_URL: 'http://127.0.0.1:2',
  CHAT_STORE_SECRET_KEY: 'hidden',
  CHAT_SCANNER_NAME: 'scanner',
  CHAT_SCANNER_PORT: '0',
  CHAT_SCANNER_CLAMD: '127.0.0.1:3310',
}

test('every problem is told at once, and no secret is printed', () => {
  const wrong = { ...complete, CHAT_SCANNER_CLAMD: 'clamd', CHAT_STORE_URL: undefined, CHAT_SCANNER_LANES: '0' }
  expect(() => readScannerConfiguration(wrong)).toThrow(/CHAT_STORE_URL: .*CHAT_SCANNER_CLAMD: host:port.*CHAT_SCANNER_LANES: /)
  const configuration = readScannerConfiguration(complete)
  expect(configuration.clamd).toEqual({ host: '127.0.0.1', port: 3310 })
  expect(JSON.stringify(maskedScanner(configuration))).not.toContain('hidden')
})

test('a lease that ends before its scan is refused', () => {
  expect(() => readScannerConfiguration({ ...complete, CHAT_SCANNER_SCAN_MS: '5000', CHAT_SCANNER_LEASE_MS: '5000' })).toThrow(
    /CHAT_SCANNER_LEASE_MS: longer than/,
  )
})
