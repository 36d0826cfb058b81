/** One storage behind the connections of several rooms: each has its own room's rows; the connection number that is kept is the highest of all. */
import type { ClientStorage, StoredClient } from './storage.ts'

export interface RoomsStorage {
  /** For the connection of a room, or (null) the one that belongs to none. */
  of(room: string | null): { storage: ClientStorage; stored: StoredClient }
  /** Rooms of which there is something to send. */
  rooms: readonly string[]
}

export async function openRoomsStorage(storage: ClientStorage): Promise<RoomsStorage> {
  const stored = await storage.load()
  let highest = stored.connectionNumber
  const shared: ClientStorage = {
    ...storage,
    saveConnectionNumber(number) {
      highest = Math.max(highest, number)
      return storage.saveConnectionNumber(highest)
    },
  }
  return {
    of: (room) => ({ storage: shared, stored: { ...stored, connectionNumber: highest, rows: stored.rows.filter((row) => row.room === room) } }),
    rooms: [...new Set(stored.rows.map((row) => row.room))],
  }
}
