/** A command refused by the domain: thrown by a handler, given to the sender as the outcome `rejected`. */
export class Rejection extends Error {
  override readonly name = 'Rejection'

  constructor(
    /** The reason, stable and for programs: `'order-exists'`. */
    readonly code: string,
    /** Values that belong to the reason; must be JSON. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(code)
  }
}

/** Refuses the command at hand: `throw reject('order-exists', { orderId })`. A refusal is an outcome, not a failure. */
export function reject(code: string, details?: Readonly<Record<string, unknown>>): Rejection {
  // A refusal is an everyday answer: collecting a stack for it would cost more than deciding it.
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  const rejection = new Rejection(code, details)
  Error.stackTraceLimit = limit
  return rejection
}

export function isRejection(error: unknown): error is Rejection {
  return error instanceof Error && error.name === 'Rejection' && typeof (error as Rejection).code === 'string'
}
