/** The part of the IndexedDB interface that the client uses. The browser's own objects fit it. */
export interface DatabaseRequest<T> {
  readonly result: T
  readonly error: unknown
  addEventListener(event: 'success' | 'error' | 'upgradeneeded', listener: () => void): void
}
interface ObjectStore {
  get<T>(key: string): DatabaseRequest<T>
  getAll<T>(): DatabaseRequest<T>
  getAllKeys<T>(): DatabaseRequest<T>
  put(value: unknown, key?: string): unknown
  delete(key: string): unknown
}
export interface DatabaseTransaction {
  readonly error: unknown
  objectStore(name: string): ObjectStore
  addEventListener(event: 'complete' | 'abort', listener: () => void): void
}
export interface Database {
  createObjectStore(name: string, options?: { keyPath: string }): unknown
  transaction(stores: string[], mode: 'readonly' | 'readwrite', options?: { durability: 'strict' }): DatabaseTransaction
}
export interface DatabaseFactory {
  open(name: string, version: number): DatabaseRequest<Database>
}
