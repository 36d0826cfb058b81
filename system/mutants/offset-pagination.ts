/** A page goes on so many entries below the newest one: what is written meanwhile moves it. */
import type { Mutant } from './mutant.ts'

export const offsetPagination: Mutant = {
  name: 'offset-pagination',
  breaks: 'pages are counted from the newest entry, so that they shift while others write',
  caughtBy: ['pagination'],
  experiment: 'history-scroll',
  node(parts) {
    /** By the lower end of a page: the head when it was made. */
    const heads = new Map<number, number>()
    return {
      ...parts,
      historyWindow(request, head) {
        const { from, to } = parts.historyWindow(request, head)
        const shift = request.before === undefined ? 0 : Math.max(0, head - (heads.get(request.before - 1) ?? head))
        heads.set(from + shift, head)
        return { from: from + shift, to: Math.min(to + shift, head) }
      },
    }
  },
}
