import { describe, expect, it } from 'vitest'
import { UntoldReceipts } from './receipts.ts'

const cursor = (userId: string, deliveredSeq: number, roomId = 'r') => ({ roomId, userId, deviceId: 'd', deliveredSeq, readSeq: 0, changedAtMs: 0 })
const users = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`)

describe('what a room is told of cursors', () => {
  it('goes out whole in a small room', () => {
    const untold = new UntoldReceipts()
    for (const user of users(5)) untold.add(cursor(user, 1))
    expect(untold.take(() => 5).get('r')).toHaveLength(5)
    expect(untold.size).toBe(0)
  })

  it('is spread over rounds in a big one, the oldest first and each cursor in its latest state', () => {
    const untold = new UntoldReceipts()
    for (const user of users(250)) untold.add(cursor(user, 1))
    expect(untold.take(() => 100).get('r')?.[0]).toMatchObject({ userId: 'user-0', deliveredSeq: 1 })
    untold.add(cursor('user-0', 2))
    untold.add(cursor('user-100', 2))
    const second = untold.take(() => 100).get('r') ?? []
    expect(second).toHaveLength(100)
    expect(second[0]).toMatchObject({ userId: 'user-100', deliveredSeq: 2 })
    expect(untold.take(() => 100).get('r')).toHaveLength(51)
    expect(untold.size).toBe(0)
  })

  it('is dropped where nobody is left to tell, and not forgotten where more sockets come than a round can tell', () => {
    const untold = new UntoldReceipts()
    untold.add(cursor('ann', 1, 'empty'))
    untold.add(cursor('bob', 1, 'huge'))
    expect([...untold.take((room) => (room === 'empty' ? 0 : 50_000))]).toEqual([['huge', [cursor('bob', 1, 'huge')]]])
    expect(untold.size).toBe(0)
  })
})
