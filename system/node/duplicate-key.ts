import { MongoServerError } from 'mongodb'

export const duplicateKey = 11_000

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === duplicateKey
}

/** For an upsert that met the document of another writer. */
export function ignoreDuplicateKey(error: unknown): void {
  if (!isDuplicateKey(error)) throw error
}
