import type { StepPurpose } from '../events/saga-events.js'

export type SagaStatus = 'running' | 'compensating' | 'completed' | 'compensated' | 'parked'

/** Why something did not succeed: a rejection's or an error's code, and its details as JSON or its message. */
export interface Reason {
  readonly code: string
  readonly details?: string
}

/** A command that can be made again from its bytes. */
export interface StoredCommand {
  readonly id: string
  /** Avro name of the command. */
  readonly type: string
  readonly bytes: Uint8Array
}

/** A command that is under way, or whose step is. */
export interface SentCommand extends StoredCommand {
  /** 1 for the first. */
  readonly attempt: number
  /** How the latest attempt stands. */
  readonly outcome: 'waiting' | 'accepted' | 'rejected' | 'failed' | 'timed_out'
  /** While it waits for an answer: when it times out. After a failure or a timeout: when it is sent again. In milliseconds since 1970. */
  readonly due?: number
  readonly reason?: Reason
}

/** Commands that were sent together and whose outcomes decide how the saga goes on. */
export interface Round {
  readonly seq: number
  readonly step: string
  readonly purpose: StepPurpose
  readonly commands: readonly SentCommand[]
}

/** A step with the commands to compensate, should the saga fail: what was accepted or may have been. */
export interface MadeStep {
  readonly step: string
  readonly commands: readonly StoredCommand[]
}

/** A method of the user's that failed while an event was folded; what it would have changed is missing in the user's state. */
export interface Breakage extends Reason {
  /** The events that were not handed to the user's methods, beginning with the one that failed. */
  readonly missed: readonly object[]
}

/** Where a saga stands: all that its machine knows beside the user's state. Never changed in place. */
export interface Progress {
  readonly status: SagaStatus | 'new'
  /** How many things the saga did so far: steps, compensations, last commands. */
  readonly seq: number
  /** What is under way; of a parked saga what was. */
  readonly round?: Round
  /** The step that ended last. */
  readonly last?: string
  /** Steps that were made and not compensated, in order. */
  readonly made: readonly MadeStep[]
  /** Why it compensates or compensated. */
  readonly reason?: Reason
  /** Why it is parked. */
  readonly parked?: Reason
  readonly broken?: Breakage
}

export const newProgress: Progress = { status: 'new', seq: 0, made: [] }

/** Whether the saga has begun and has not ended. */
export function isUnderWay({ status }: Progress): boolean {
  return status === 'running' || status === 'compensating'
}

/** Whether the saga may go on: it is under way, and the user's state is what its events say. */
export function isSound(progress: Progress): boolean {
  return isUnderWay(progress) && !progress.broken
}

/** Whether something can still happen to the command by itself: an answer, a timeout or a retry. */
export function isOpen({ outcome, due }: SentCommand): boolean {
  return outcome === 'waiting' || due !== undefined
}
