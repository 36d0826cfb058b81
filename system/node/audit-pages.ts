/** The audit log, oldest id first, in pages of at most 500 records. */
import type { AuditRecord } from './audit-log.ts'
import type { Store } from './store.ts'

const pageRecords = 500

export async function* auditPages(store: Pick<Store, 'audits'>): AsyncGenerator<AuditRecord[]> {
  for (let after = ''; ;) {
    const page = await store.audits
      .find({ _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(pageRecords)
      .toArray()
    const last = page.at(-1)
    if (last === undefined) return
    yield page
    after = last._id
  }
}
