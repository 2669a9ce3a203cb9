// Messages
export { Command, Event, Field, Id, Value } from '@ottla/core'
export { Message, t, type CalendarDuration, type Defaulted, type FieldType, type Fields, type Later, type MessageClass, type TypeOf } from '@ottla/core'
// Aggregates
export { Aggregate, Apply, Handle, reject } from '@ottla/core'
export { isRejection, Rejection, type CommandContext, type Decided, type EventContext } from '@ottla/core'
// Events of older classes
export { Upcast, type Upcasted, type UpcasterDefinition } from '@ottla/core'
// Views
export { On, Projection, View, ViewReader } from '@ottla/projections'
export type { Projected, ProjectionContext, ViewFailure, ViewResult, ViewResultRow, ViewRow, ViewStatus, ViewValue } from '@ottla/projections'
// Sagas
export { Compensate, Compensated, Completed, OnReply, Saga, StartsOn, Step } from '@ottla/saga'
export type { Attempts, Duration, SagaReply, Sends } from '@ottla/saga'
// The events of every saga's stream, for views
export {
  SagaCompensated,
  SagaCompleted,
  SagaParked,
  SagaStarted,
  StepAnswered,
  StepEnded,
  StepRetried,
  StepStarted,
  StepTimedOut,
  type AnySagaEvent,
  type StepOutcome,
  type StepPurpose,
} from '@ottla/saga'
// The app
export { createApp } from './app/create-app.js'
export type { AppOptions } from './app/app-options.js'
export type { App, Health } from './app/app.js'
export type { Module } from './app/modules.js'
export { defineConfig } from './app/define-config.js'
export { checkFolder, embedded, removeData } from '@ottla/eventstore/embedded'
export { kafka, type KafkaOptions } from '@ottla/eventstore/kafka'
export type { LogConfig } from '@ottla/eventstore'
export type { Accepted, CommandEnvelope, Dispatch, Failed, Middleware, Position, Receipt, Rejected, SendOptions } from '@ottla/core'
export type { StoredEvent, StoredOutcome, StreamRange } from '@ottla/eventstore'
// Errors
export { defineErrors, isOttlaError, OttlaError, type ErrorDetails, type ErrorRegistry, type ErrorSpec } from '@ottla/core'
// The same without decorators
export { aggregate, apply, command, event, handle, upcast, value } from '@ottla/core'
export type { AggregateDefinition, PlainAggregate, PlainHandler } from '@ottla/core'
export { on, projection, type PlainProjection, type PlainProjectionHandler, type ProjectionDefinition } from '@ottla/projections'
export { saga, startsOn, step, type PlainSaga, type PlainStep, type SagaDefinition } from '@ottla/saga'
// For programs that handle messages in general, and for tests
export { definitionOfInstance, messageDefinition, type MessageDefinition } from '@ottla/core'
export { systemClock, timeOrderedIds, type Clock, type Ids } from '@ottla/core'
