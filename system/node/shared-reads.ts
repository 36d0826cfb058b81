/**
 * Reads that many ask for at once: questions that are the same share an answer, and only so many are at the store, whatever the number of askers; the
 * others wait here, where they hold no connection of the store's driver. An answer is never from before its question: who comes
 * while a read is under way gets the next one.
 */
export function sharedReads<Question, Answer>(
  read: (question: Question) => Promise<Answer>,
  keyOf: (question: Question) => string,
  atOnce: number,
): (question: Question) => Promise<Answer> {
  /** Asked and not begun, in the order of their first askers. */
  const waiting = new Map<string, { begin: () => Promise<void>; answer: Promise<Answer> }>()
  let underWay = 0

  const pump = async () => {
    underWay++
    for (let next = waiting.entries().next().value; next !== undefined; next = waiting.entries().next().value) {
      const [key, { begin }] = next
      waiting.delete(key)
      await begin()
    }
    underWay--
  }
  return (question) => {
    const key = keyOf(question)
    const known = waiting.get(key)
    if (known !== undefined) return known.answer
    const { promise: answer, resolve, reject } = Promise.withResolvers<Answer>()
    waiting.set(key, { begin: () => read(question).then(resolve, reject), answer })
    if (underWay < atOnce) void pump()
    return answer
  }
}
