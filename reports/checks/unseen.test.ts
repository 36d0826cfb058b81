/** What the docstrings say that a check can't see, it can't: histories that are wrong and pass. One that fails from now on is good news, and its docstring has to say less. */
import { expect, test } from 'vitest'
import { changed, eventful, guarantees } from './clean-history.ts'
import { files, presenceText } from './hand-histories.ts'
import { checks, examine } from './table.ts'
import { parseHistory } from './text-history.ts'
import type { Change } from './clean-history.ts'

const later = (change: Change): string => changed(change, changed(eventful))
const filed = (...lines: readonly string[]): string => changed({ with: [...files.filter((line) => !line.includes('bob url f1')), ...lines] })
const ghost = ['9.106 audit stored ghost room-1 7 node-2', '9.107 audit head room-1 7', '9.108 audit read ghost room-1 7']
const back = ['3.1 carol disconnect transport', '3.15 carol connect node-2 session=2', '3.2 carol syncBegin room-1 4']

test.each([
  ['acked-is-stored', 'content that a purge of other seqs excuses', later({ without: ['entry delete'], with: ['9.1 audit entry purged alice room-1 8'] })],
  ['delivered-to-all', 'a delivery that was late', changed({ without: ['alice gets m2'], with: ['8.9 alice gets m2 5 way=range'] })],
  ['delivered-to-all', 'an edit that never came', later({ without: ['bob sees edit'] })],
  [
    'delivered-to-all',
    'what came while a client stayed away',
    changed({ without: ['carol expected', 'carol gets m2', 'carol gets m3'], with: ['0.5 carol expected 0'] }),
  ],
  ['stored-once', 'a second copy under another identity', changed({ without: ['audit head'], with: ghost })],
  ['applied-once', 'a tail that never came', changed({ without: ['carol gets m3'] })],
  ['applied-once', 'what lies below the first seq that was applied', changed({ without: ['carol gets m1', 'carol sees join', 'carol joined'] })],
  ['sequence', 'an end of the log that is gone with its head', changed({ without: ['m3', 'audit head'], with: ['9.106 audit head room-1 5'] })],
  [
    'no-phantom',
    'a reaction with another emoji than was asked for',
    later({
      without: ['audit head'],
      with: [
        'capabilities sync receipts status edit',
        '4.6 carol asks react m2 body=+1',
        '9.1 audit entry react carol room-1 11 about=m2',
        '9.1001 audit change react carol m2 room-1 11 emoji=other',
        '9.1 audit head room-1 11',
      ],
    }),
  ],
  ['intact', 'the wrong one of two edits', later({ with: ['4.5 bob asks edit m2 body=m2-e2', '4.6 alice gets m2 5 on=wire way=sync rev=7 body=m2-e2'] })],
  [
    'sync-honest',
    'what came and was not applied',
    changed({ without: ['carol gets m2'], with: [...back, '3.21 carol gets m2 5 way=sync on=wire', '3.22 carol syncComplete room-1 5'] }),
  ],
  [
    'pagination',
    'a left-out message of which nobody knows when it was committed',
    changed({
      without: ['node-2 committed m2', 'bob ok m2'],
      with: ['capabilities sync history', '4.0 bob asksPage room-1', '4.1 bob page room-1 4 6 newest=1 more=1', '4.1 bob reads m3 6'],
    }),
  ],
  ['status-legal', 'delivered before it was true', changed({ without: ['bob gets m3', 'carol gets m3'], with: ['5.0 bob gets m3 6', '5.0 carol gets m3 6'] })],
  ['status-legal', 'read by nobody', changed({ with: ['3.95 alice status m3 read'] })],
  ['status-legal', 'a last status sent of what is not stored', changed({ with: ['4.0 bob sends m4 room-1', '4.1 bob status m4 sent'] })],
  [
    'access',
    'a reaction of who is muted for a time',
    changed({
      without: ['audit head'],
      with: ['9.1 audit entry mute carol room-1 7 by=alice limited=1', '9.1 audit entry react carol room-1 8 about=m1', '9.2 audit head room-1 8'],
    }),
  ],
  ['access', 'typing that came 100 ms before its observer is told that it is out', later({ with: ['4.1 carol typing room-1 bob'] })],
  ['quarantine', 'an address 200 ms before the verdict', filed('0.300 bob url f1 signed expires=30')],
  ['quarantine', 'a signed address 1 s after it expired', filed('0.600 bob url f1 signed expires=1', '2.0 bob fetches f1 200 try=expired')],
  ['presence', 'online in place of idle', changed({ with: ['30.0 alice presence bob idle'] }, presenceText)],
  [
    'no-stuck-status',
    'sent for ever, where another view was reset',
    changed({ without: ['alice status m3 delivered', 'alice gets m2'], with: ['3.1 alice syncReset room-1 5'] }),
  ],
  [
    'recovery',
    'a client that was away again before the end of settle',
    changed({ with: ['5.0 carol disconnect', '8.0 carol connect node-2 session=2', '8.1 carol syncBegin room-1 6', '8.2 carol syncComplete room-1 6'] }),
  ],
  [
    'no-residue',
    'something left where something else went',
    changed({ with: ['0.005 run residue redisKeys 1 before=1 where=redis names=one', '9.801 run residue redisKeys 1 where=redis names=other'] }),
  ],
])('%s does not see %s', (name, _what, text) => {
  const check = checks.find((one) => one.name === name)
  expect(check && examine(check, parseHistory(text), guarantees).verdict).toBe('valid')
})
