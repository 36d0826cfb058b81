import type { Driver } from '../driver.ts'
import { referenceDriver } from './reference.ts'

export const drivers: readonly Driver[] = [referenceDriver]
