/** `{"code":1,"message":"Session ID unknown"}` is how Engine.IO refuses a request. */
function refusalIn(text: unknown): string {
  try {
    const answer: unknown = JSON.parse(String(text))
    return typeof answer === 'object' && answer !== null && 'message' in answer ? ` ${String(answer.message)}` : ''
  } catch {
    return ''
  }
}

/** Why a connection failed or ended, in one line: status and message of the HTTP request that was refused, as Engine.IO's errors carry them, or else `reason`. */
export function connectProblem(reason: string, failure: object | undefined): string {
  const status = failure !== undefined && 'description' in failure ? failure.description : undefined
  if (typeof status !== 'number' || status < 400) return reason
  const request = failure !== undefined && 'context' in failure ? failure.context : undefined
  return `HTTP ${status}${typeof request === 'object' && request !== null && 'responseText' in request ? refusalIn(request.responseText) : ''}`
}
