/** An interval for a rate that was counted: 0 to 1. */
export interface Interval {
  low: number
  high: number
}

/** Of a standard normal variable, for 95 % on both sides together. */
const quantile = 1.959_963_985

/** The 95 % score interval of `hits` in `trials`. Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927). Nothing counted: 0 to 1. */
export function wilson(hits: number, trials: number): Interval {
  if (trials === 0) return { low: 0, high: 1 }
  const share = hits / trials
  const square = quantile ** 2 / trials
  const middle = (share + square / 2) / (1 + square)
  const half = (quantile * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials))) / (1 + square)
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
