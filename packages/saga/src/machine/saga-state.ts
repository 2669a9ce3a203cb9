import type { Progress, SagaStatus } from './progress.js'

/** The state of a saga: the user's fields and where its machine stands. */
export interface SagaState<S extends object = object> {
  /** What `@StartsOn` and `@OnReply` methods keep: an instance of the saga's class. */
  readonly data: S
  readonly progress: Progress
}

/** Where a saga stands, or undefined when it has not begun. Completed and compensated ones are done; a parked one needs somebody. */
export function sagaStatus({ progress }: SagaState): SagaStatus | undefined {
  return progress.status === 'new' ? undefined : progress.status
}

/** Why a saga is parked, or why it compensates or compensated; undefined while all is well. */
export function sagaReason({ progress }: SagaState): { readonly code: string; readonly details?: string } | undefined {
  return progress.parked ?? progress.reason
}
