export { Command, Event, Field, Id, type MessageOptions, Value } from './messages/message-decorators.js'
export { t, isNullable, type FieldType, type FieldTypeLike, type NamedOptions, type TypeOf } from './messages/field-type.js'
export type { Defaulted, DefaultedKeys } from './messages/defaulted.js'
export type { Later } from './messages/later.js'
export type { CalendarDuration } from './messages/calendar-duration.js'
export { Message, type Fields, type MessageClass } from './messages/message.js'
export { Aggregate, Apply, Handle, findAggregate } from './aggregates/aggregate-decorators.js'
export { AggregateDecider } from './aggregates/aggregate-decider.js'
export { copyState, freezeState } from './aggregates/state.js'
export { isRejection, reject, Rejection } from './aggregates/rejection.js'
export { command, event, value } from './messages/plain-messages.js'
export { aggregate, apply, handle, type PlainAggregate, type PlainHandler } from './aggregates/plain-aggregate.js'
export type { AggregateDefinition, CommandContext, CommandHandler, Decided, EventApplier, EventContext } from './aggregates/aggregate-definition.js'
export { findUpcasters, Upcast, upcast } from './upcasting/upcast-decorator.js'
export type { Upcasted, UpcasterDefinition } from './upcasting/upcaster-definition.js'
export { type EventForm, type EventHandler, Upcasters } from './upcasting/upcasters.js'
export { CommandBus, keyOf, type CommandEnvelope, type Dispatch, type Middleware, type SendOptions } from './bus/command-bus.js'
export type { Accepted, Failed, Position, Receipt, Rejected } from './bus/receipt.js'
export {
  definitionOfInstance,
  findMessageDefinition,
  instantiate,
  messageDefinition,
  namesOf,
  recordDefinition,
  type FieldDefinition,
  type MessageDefinition,
  type MessageKind,
} from './messages/message-definition.js'
export { findProblems, validateMessage, type FieldProblem } from './messages/validation.js'
export { branchFinder, kindOfValue, type JavaScriptKind } from './messages/union-branch.js'
export { unionProblem } from './messages/field-type-check.js'
export { dateOfDays, daysOfDate } from './messages/calendar-date.js'
export { normalizeMessage } from './messages/normalization.js'
export { defineErrors, isOttlaError, OttlaError, type ErrorDetails, type ErrorRegistry, type ErrorSpec } from './errors/error.js'
export { coreErrors } from './errors/core-errors.js'
export { systemClock, type Clock } from './clock.js'
export { timeOrderedIds, type Ids } from './ids.js'
