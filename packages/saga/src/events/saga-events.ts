import { Event, Field, Message, t, Value } from '@ottla/core'

/** What a set of commands is sent for: to make a step, to undo one, or as the last command of the saga. */
export type StepPurpose = SagaStepEvent['purpose']

/** How a step ended. `completed`, `skipped` and `compensated` are good ends. */
export type StepOutcome = StepEnded['outcome']

const purpose = t.enum('ottla.saga.StepPurpose', ['step', 'compensation', 'end'])

/** What all events of a saga begin with. */
abstract class SagaEvent<T> extends Message<T> {
  /** The saga's name. */
  @Field(t.string) saga!: string
  @Field(t.string) sagaId!: string
}

/** What all events of a step begin with. */
abstract class SagaStepEvent<T = object> extends SagaEvent<T> {
  /** Which of the things that this saga did, one after another, from 1: a step, a compensation, the last command. */
  @Field(t.int) seq!: number
  /** The step's name; of a compensation the step that is undone; of the last command `completed` or `compensated`. */
  @Field(t.string) step!: string
  @Field(purpose) purpose!: 'step' | 'compensation' | 'end'
}

/** A command as a saga sent it. */
@Value('ottla.saga.SagaCommand')
export class SagaCommand extends Message<SagaCommand> {
  @Field(t.string) id!: string
  /** Avro name of the command. */
  @Field(t.string) type!: string
  /** Id of the aggregate that decides it. */
  @Field(t.string) key!: string
  /** The command in Confluent wire format. */
  @Field(t.bytes) bytes!: Uint8Array
}

/** A saga began, by an event that one of its `@StartsOn` methods names. */
@Event('ottla.saga.SagaStarted')
export class SagaStarted extends SagaEvent<SagaStarted> {
  /** Avro name of the event that started it. */
  @Field(t.string) eventType!: string
  /** That event in Confluent wire format. */
  @Field(t.bytes) event!: Uint8Array
}

/** The commands of a step, of a compensation or of the saga's end were sent, all at once. */
@Event('ottla.saga.StepStarted')
export class StepStarted extends SagaStepEvent<StepStarted> {
  @Field(t.array(SagaCommand)) commands!: SagaCommand[]
  /** By when each of them must be answered. */
  @Field(t.optional(t.timestamp)) deadline?: Date
}

/** A command of a step was answered. */
@Event('ottla.saga.StepAnswered')
export class StepAnswered extends SagaStepEvent<StepAnswered> {
  @Field(t.string) commandId!: string
  @Field(t.enum('ottla.saga.ReplyOutcome', ['accepted', 'rejected', 'failed'])) outcome!: 'accepted' | 'rejected' | 'failed'
  @Field(t.optional(t.string)) code?: string
  /** The rejection's details as JSON, or the error's message. */
  @Field(t.optional(t.string)) details?: string
  /** Of a failed command: when it is tried again. Absent where that is its end. */
  @Field(t.optional(t.timestamp)) retryAt?: Date
}

/** A command of a step had no answer by its deadline. It may still be decided. */
@Event('ottla.saga.StepTimedOut')
export class StepTimedOut extends SagaStepEvent<StepTimedOut> {
  @Field(t.string) commandId!: string
  /** When it is sent again. Absent where that is its end. */
  @Field(t.optional(t.timestamp)) retryAt?: Date
}

/** A command of a step was sent again: with the same id after a timeout, with a new one after a failure. */
@Event('ottla.saga.StepRetried')
export class StepRetried extends SagaStepEvent<StepRetried> {
  @Field(t.string) commandId!: string
  /** The id of the attempt before. */
  @Field(t.string) previousId!: string
  /** 2 for the first retry. */
  @Field(t.int) attempt!: number
  @Field(t.optional(t.timestamp)) deadline?: Date
}

/** A step, a compensation or the saga's last command has its outcome: every command of it is answered or given up. */
@Event('ottla.saga.StepEnded')
export class StepEnded extends SagaStepEvent<StepEnded> {
  @Field(t.enum('ottla.saga.StepOutcome', ['completed', 'skipped', 'compensated', 'rejected', 'failed', 'timed_out']))
  outcome!: 'completed' | 'skipped' | 'compensated' | 'rejected' | 'failed' | 'timed_out'
  /** Why, where the outcome is no good one. */
  @Field(t.optional(t.string)) code?: string
  @Field(t.optional(t.string)) details?: string
}

/** Every step was made, and the last command (`@Completed`) was accepted. The end. */
@Event('ottla.saga.SagaCompleted')
export class SagaCompleted extends SagaEvent<SagaCompleted> {}

/** Every step that had been made was undone, and the last command (`@Compensated`) was accepted. The end. */
@Event('ottla.saga.SagaCompensated')
export class SagaCompensated extends SagaEvent<SagaCompensated> {
  /** Why it could not complete. */
  @Field(t.string) code!: string
  @Field(t.optional(t.string)) details?: string
}

/** The saga cannot go on by itself: it stays where it is, with the reason, until somebody looks after it. */
@Event('ottla.saga.SagaParked')
export class SagaParked extends SagaEvent<SagaParked> {
  /** Where it stands: as in the step's events; 0 and absent before the first step. */
  @Field(t.int) seq!: number
  @Field(t.optional(t.string)) step?: string
  @Field(t.string) code!: string
  @Field(t.optional(t.string)) details?: string
}

/** The events of every saga's stream. */
export const sagaEventClasses = [
  SagaStarted,
  StepStarted,
  StepAnswered,
  StepTimedOut,
  StepRetried,
  StepEnded,
  SagaCompleted,
  SagaCompensated,
  SagaParked,
] as const

/** One of the events of a saga's stream. */
export type AnySagaEvent = InstanceType<(typeof sagaEventClasses)[number]>
