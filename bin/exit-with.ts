/** Ends the program with a code and one clear message. */
export class ExitWith extends Error {
  readonly exitCode: number

  constructor(exitCode: number, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}

export const usageExit = 4
