import { endNames } from '../definition/check-saga.js'
import { parseDuration } from '../definition/duration.js'
import type { Attempts, SagaDefinition } from '../definition/saga-definition.js'
import type { Round } from './progress.js'

/** How long an attempt may take, in milliseconds, and how many retries follow it. */
export interface AttemptLimits {
  readonly timeout?: number
  readonly retry: number
}

const firstBackoff = 1_000
const longestBackoff = 30_000

/** What the definition says about the commands of a round; the defaults where the code does not have the step any more. */
export function limitsOf(saga: SagaDefinition, { step, purpose }: Pick<Round, 'step' | 'purpose'>): AttemptLimits {
  const declared = saga.steps.find(({ name }) => name === step)
  switch (purpose) {
    case 'step':
      return limits(declared, 3)
    case 'compensation':
      return limits({ timeout: declared?.timeout, ...declared?.compensation }, 5)
    case 'end':
      return limits(step === endNames.completed ? saga.completed : saga.compensated, 5)
  }
}

/** How long to wait after this attempt before the next, in milliseconds: 1 s, 2 s, 4 s … up to 30 s. */
export function backoff(attempt: number): number {
  return Math.min(firstBackoff * 2 ** (attempt - 1), longestBackoff)
}

function limits(attempts: Attempts | undefined, defaultRetry: number): AttemptLimits {
  const { timeout, retry = defaultRetry } = attempts ?? {}
  return { timeout: timeout === undefined ? undefined : parseDuration(timeout), retry }
}
