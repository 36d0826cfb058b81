import { ExitWith, usageExit } from './exit-with.ts'

/** The option's value, or a usage error that names the option and its bounds. */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new ExitWith(usageExit, `${option} takes a whole number from ${least} to ${most}, not \`${text}\``)
  return value
}
