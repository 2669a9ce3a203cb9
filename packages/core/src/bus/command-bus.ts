import type { Clock } from '../clock.js'
import { coreErrors } from '../errors/core-errors.js'
import type { Ids } from '../ids.js'
import { definitionOfInstance, type MessageDefinition } from '../messages/message-definition.js'
import { normalizeMessage } from '../messages/normalization.js'
import { validateMessage } from '../messages/validation.js'
import type { Receipt } from './receipt.js'

/** A command on its way to the owner of its shard. */
export interface CommandEnvelope {
  readonly id: string
  /** Whether the id was drawn for this very sending, so that no earlier command can have it. */
  readonly isNew: boolean
  readonly command: object
  readonly definition: MessageDefinition
  /** The id of the aggregate that decides. */
  readonly key: string
  readonly correlationId: string
  /** When the sender stops waiting, in milliseconds since 1970. */
  readonly deadline: number
  /** How long the sender waits in all, in milliseconds; for errors. */
  readonly timeout: number
}

export interface SendOptions {
  /** Sending the same id again gives the first outcome. Default: a new one. */
  readonly id?: string
  /** How long to wait for the outcome, in milliseconds. Default 30,000. */
  readonly timeout?: number
  /** Joins everything that one request sets off. Default: the command's id. */
  readonly correlationId?: string
}

/** Takes an envelope to the owner of its shard and brings the outcome back. */
export type Dispatch = (envelope: CommandEnvelope) => Promise<Receipt>

/** Runs around every `send`: may log, measure, refuse (throw) or add to the envelope. */
export type Middleware = (envelope: CommandEnvelope, next: Dispatch) => Promise<Receipt>

/** The way in for commands: checks them, gives them an id and a deadline, and hands them to the owner of their shard. */
export class CommandBus {
  private readonly chain: Dispatch

  /** @param middleware runs in this order, the first outermost. */
  constructor(
    dispatch: Dispatch,
    private readonly middleware: readonly Middleware[],
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    this.chain = middleware.reduceRight<Dispatch>((next, layer) => envelope => layer(envelope, next), dispatch)
  }

  /**
   * Sends a command and gives its outcome once it is durable. A refusal is an outcome, not an error.
   *
   * Rejects with MESSAGE_INVALID (before anything is written), COMMAND_UNKNOWN, COMMAND_ID_REUSED, OVERLOADED,
   * COMMAND_TIMEOUT (nothing was written) or COMMAND_OUTCOME_UNKNOWN (it may still be decided: send it again with the same id).
   */
  async send(command: object, options: SendOptions = {}): Promise<Receipt> {
    const definition = definitionOfInstance(command)
    if (definition.kind !== 'command') throw coreErrors.create('COMMAND_UNKNOWN', { command: definition.name })
    validateMessage(definition, command)
    const normal = normalizeMessage(definition, command)
    const id = options.id === undefined ? this.ids.next() : options.id
    const key = keyOf(definition, normal)
    const correlationId = options.correlationId ?? id
    checkIds(definition, { [definition.idField as string]: key, 'the id of the command': id, 'the correlation id': correlationId })
    const timeout = options.timeout ?? 30_000
    return this.chain({
      id,
      // Middleware may send on twice, or put an id of its own in place of the drawn one.
      isNew: options.id === undefined && this.middleware.length === 0,
      command: normal,
      definition,
      key,
      correlationId,
      deadline: this.clock.now() + timeout,
      timeout,
    })
  }
}

/** Ids travel in headers and keys of records and name rows: none is empty, and none is as large as a message. */
const longestId = 1_000

function checkIds(definition: MessageDefinition, ids: Readonly<Record<string, string>>): void {
  for (const [what, id] of Object.entries(ids)) {
    if (typeof id === 'string' && id.length > 0 && id.length <= longestId && id.isWellFormed()) continue
    const problems = `${what} is ${id === '' ? 'empty' : 'too long or no well-formed string'}, expected 1 to ${longestId} characters`
    throw coreErrors.create('MESSAGE_INVALID', { message: definition.name, problems })
  }
}

/** The id of the aggregate that decides a command. */
export function keyOf(definition: MessageDefinition, command: object): string {
  return String((command as Record<string, unknown>)[definition.idField as string])
}
