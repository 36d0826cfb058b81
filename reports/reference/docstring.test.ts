import { expect, test } from 'vitest'
import { docstringParts } from './docstring.ts'

const docstring = [
  '/**',
  ' * Rule: for each message:',
  ' * - it is stored',
  " * Excused: what nobody's",
  ' * fault is.',
  ' * Population: messages.',
  ' * Unknown: never.',
]

test('a docstring is taken apart, with its lines and without its stars', () => {
  expect(docstringParts([...docstring, " * Can't see: the rest.", ' */', 'export {}'].join('\n'))).toEqual({
    Rule: 'for each message:\n- it is stored',
    Excused: "what nobody's\nfault is.",
    Population: 'messages.',
    Unknown: 'never.',
    "Can't see": 'the rest.',
  })
})
test('a part that is missing is named', () => {
  expect(() => docstringParts([...docstring, ' */'].join('\n'))).toThrow('no line that begins with "Can\'t see: "')
})
test('parts have one order', () => {
  const turned = ['/**', " * Can't see: the rest.", ...docstring.slice(1), ' */'].join('\n')
  expect(() => docstringParts(turned)).toThrow('in this order')
})
test('a file without a docstring is refused', () => {
  expect(() => docstringParts('import x\n/** Rule: late */')).toThrow('does not begin with a docstring')
})
