export { Compensate, Compensated, Completed, findSaga, OnReply, Saga, StartsOn, Step } from './definition/saga-decorators.js'
export { saga, startsOn, step, type PlainSaga, type PlainStep } from './definition/plain-saga.js'
export type {
  Attempts,
  SagaCompensation,
  SagaDefinition,
  SagaEnd,
  SagaReply,
  SagaReplyHandler,
  SagaStep,
  SagaTrigger,
  Sends,
} from './definition/saga-definition.js'
export type { Duration } from './definition/duration.js'
export {
  SagaCommand,
  SagaCompensated,
  SagaCompleted,
  SagaParked,
  SagaStarted,
  StepAnswered,
  StepEnded,
  StepRetried,
  StepStarted,
  StepTimedOut,
  sagaEventClasses,
  type AnySagaEvent,
  type StepOutcome,
  type StepPurpose,
} from './events/saga-events.js'
export { sagaReason, sagaStatus, type SagaState } from './machine/saga-state.js'
export type { SagaStatus } from './machine/progress.js'
export { sagaParticipant } from './saga-participant.js'
export { sagaErrors } from './saga-errors.js'
