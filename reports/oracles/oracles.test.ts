import { assert, property } from 'fast-check'
import { expect, test, vi } from 'vitest'
import { appliedOnce } from '../checks/applied-once.ts'
import { guarantees } from '../checks/clean-history.ts'
import type { Check } from '../checks/check.ts'
import { deliveredToAll } from '../checks/delivered-to-all.ts'
import { membershipOf, must, stays } from '../checks/membership.ts'
import { followCursors } from '../checks/cursors.ts'
import { realTimeOrder } from '../checks/real-time-order.ts'
import { senderOrder } from '../checks/sender-order.ts'
import { statusLegal } from '../checks/status-legal.ts'
import { messageName } from '../checks/story.ts'
import type { History } from '../history/history.ts'
import { repeatedOf } from './duplicates.ts'
import { lossesOf } from './loss.ts'
import { isMemberAt, staysFrom } from './membership.ts'
import { overtakenBySender, overtakenInTime } from './order.ts'
import { headOf, plainEvents } from './plain-events.ts'
import { wrongCursors } from './receipts.ts'
import { smallRun } from './small-run.ts'
import { wrongStatuses } from './status.ts'

const runs = { numRuns: 500, seed: 20_261_124 }
// The machine that runs them may be busy.
vi.setConfig({ testTimeout: 30_000 })
const exampleLimit = 10

/** The same verdict, the same number of violations, and the same messages in the stories. Tells how many of the histories were violated. */
function agree(check: Check, oracle: (history: History) => readonly number[]): { valid: number; invalid: number } {
  const verdicts = { valid: 0, invalid: 0 }
  assert(
    property(smallRun, (history) => {
      const wanted = oracle(history)
      const finding = check.examine(history, guarantees)
      verdicts[wanted.length === 0 ? 'valid' : 'invalid']++
      expect(finding).toMatchObject({ verdict: wanted.length === 0 ? 'valid' : 'invalid', figures: { violations: wanted.length } })
      const names = wanted.map((message) => (message < 0 ? 'none' : messageName(history, message)))
      const told = finding.evidence.map((story) => story.message ?? 'none')
      if (wanted.length <= exampleLimit) expect(told.sort(byText)).toEqual(names.sort(byText))
      else for (const name of told) expect(names).toContain(name)
    }),
    runs,
  )
  return verdicts
}

const byText = (one: string, other: string): number => (one < other ? -1 : one === other ? 0 : 1)

/** An oracle that never, or always, finds something proves nothing. */
function expectBoth({ valid, invalid }: { valid: number; invalid: number }): void {
  expect(valid).toBeGreaterThan(15)
  expect(invalid).toBeGreaterThan(15)
}

test('loss: delivered-to-all finds what a search for each owed delivery finds', () => {
  const owed = { byOracle: 0, byCheck: 0 }
  expectBoth(
    agree(deliveredToAll, (history) => {
      const losses = lossesOf(history)
      owed.byOracle += losses.owed
      owed.byCheck += deliveredToAll.examine(history, guarantees).population
      return losses.missing.map(({ message }) => message)
    }),
  )
  expect(owed.byCheck).toBe(owed.byOracle)
})

test('duplicates: applied-once finds what a replay of each view finds', () => {
  expectBoth(
    agree(appliedOnce, (history) => {
      const { again, jumped } = repeatedOf(history)
      return [...again, ...jumped].map((event) => event.message)
    }),
  )
})

test('order: real-time-order finds what a comparison of all pairs finds', () => {
  expectBoth(agree(realTimeOrder, (history) => [...overtakenInTime(history)]))
})

test('order: sender-order finds what a comparison of all pairs finds', () => {
  expectBoth(agree(senderOrder, (history) => [...overtakenBySender(history)]))
})

test('status: status-legal finds what the list of legal steps and a search for the truth find', () => {
  expectBoth(agree(statusLegal, wrongStatuses))
})

test('receipts: the cursors that it finds wrong are those that a search before each finds, reason by reason', () => {
  const verdicts = { valid: 0, invalid: 0 }
  assert(
    property(smallRun, (history) => {
      const wanted = wrongCursors(history)
      verdicts[Object.values(wanted).some((count) => count > 0) ? 'invalid' : 'valid']++
      expect(followCursors(history).bad.counts).toEqual(wanted)
    }),
    runs,
  )
  expectBoth(verdicts)
})

test('membership: its intervals say at every seq what a replay of the log says', () => {
  const said = { inside: 0, outside: 0 }
  assert(
    property(smallRun, (history) => {
      const events = plainEvents(history)
      for (const [client, { user }] of history.clients.entries()) {
        for (const room of history.rooms.keys()) {
          const member = membershipOf(history).of(client, room)
          for (let seq = 1; seq <= headOf(events, room) + 2; seq++) {
            const inside = isMemberAt(history, events, user, room, seq)
            said[inside ? 'inside' : 'outside']++
            expect(member !== null && must(member, seq), `${user} in room ${room} at seq ${seq}`).toBe(inside)
            expect(member !== null && stays(member, seq), `${user} stays in room ${room} from seq ${seq}`).toBe(staysFrom(history, events, user, room, seq))
          }
        }
      }
    }),
    { ...runs, numRuns: 200 },
  )
  expect(said.inside).toBeGreaterThan(1000)
  expect(said.outside).toBeGreaterThan(1000)
})
