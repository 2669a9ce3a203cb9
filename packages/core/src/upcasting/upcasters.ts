import { coreErrors } from '../errors/core-errors.js'
import type { MessageClass } from '../messages/message.js'
import { findMessageDefinition, type MessageDefinition, namesOf } from '../messages/message-definition.js'
import { normalizeMessage } from '../messages/normalization.js'
import { validateMessage } from '../messages/validation.js'
import type { UpcasterDefinition } from './upcaster-definition.js'

/** An event as the app's code sees it. */
export interface EventForm {
  readonly definition: MessageDefinition
  readonly message: object
}

/** Somebody who is given events of a class: an `@Apply`, `@On` or `@StartsOn` method. */
export interface EventHandler {
  readonly event: MessageClass
  readonly member: string
}

interface Source {
  readonly definition: MessageDefinition
  readonly upcaster: UpcasterDefinition
  readonly to: readonly MessageDefinition[]
}

/** The upcasters of an app: what each stored event is read as today, chain by chain. */
export class Upcasters {
  private readonly sources = new Map<string, Source>()

  /** Throws MODEL_INVALID, naming the member, for a class that is no event, two upcasters of one event, and circles. */
  constructor(definitions: readonly UpcasterDefinition[] = []) {
    for (const definition of new Set(definitions)) this.add(definition)
    for (const source of this.sources.values()) this.checkEnd(source, [])
  }

  /** The older classes, which the app reads and never writes. */
  get olderEvents(): readonly MessageDefinition[] {
    return [...new Set(Array.from(this.sources.values(), ({ definition }) => definition))]
  }

  /** The class that stored events of this type are decoded with before they are read as others; undefined where no upcaster takes them. */
  older(type: string): MessageDefinition | undefined {
    return this.sources.get(type)?.definition
  }

  /** The names of the events that may come of a stored event of this type in the end: its own where no upcaster takes it, none where it is dropped. */
  endsOf(type: string): readonly string[] {
    const source = this.sources.get(type)
    return source ? [...new Set(source.to.flatMap(({ name }) => this.endsOf(name)))] : [type]
  }

  /**
   * What a stored event is read as today, in order: itself where no upcaster takes it, none where it is dropped. The events are in the form that they would have if
   * they came out of the log. Throws UPCAST_FAILED.
   */
  upcast(definition: MessageDefinition, message: object): readonly EventForm[] {
    const source = this.sources.size > 0 ? this.sources.get(definition.name) : undefined
    if (!source) return [{ definition, message }]
    const forms: EventForm[] = []
    for (const newer of made(source, message)) forms.push(...this.upcast(newer.definition, newer.message))
    return forms
  }

  /** Throws MODEL_INVALID where an upcaster makes what nobody handles, where somebody handles what an upcaster takes away, and where two classes have one name. */
  checkHandlers(handlers: readonly EventHandler[]): void {
    const handled = new Map<string, MessageClass>()
    for (const { event, member } of handlers) {
      const definition = findMessageDefinition(event)
      if (!definition) continue
      handled.set(definition.name, definition.class)
      const taken = namesOf(definition).find(name => this.sources.has(name)) ?? ''
      const source = this.sources.get(taken)
      if (!source) continue
      const problem = `handles ${taken}, which ${source.upcaster.member} reads as ${listed(source.to) || 'nothing'}`
      throw invalid(member, problem, source.to.length > 0 ? 'Handle the newer events instead: this one is never seen.' : 'Remove one of the two.')
    }
    for (const source of new Set(this.sources.values())) for (const to of source.to) this.checkHandled(source.upcaster, to, handled)
  }

  private checkHandled({ member }: UpcasterDefinition, to: MessageDefinition, handled: ReadonlyMap<string, MessageClass>): void {
    const known = handled.get(to.name) ?? this.sources.get(to.name)?.definition.class
    if (!known) {
      throw invalid(
        member,
        `makes ${to.name}, which nothing in this app handles`,
        `Add @Apply(${to.class.name}) to the aggregate, or add its class to the modules.`,
      )
    }
    if (known !== to.class) throw invalid(member, `makes a second class named ${to.name}`, 'Names of messages are unique in an app: rename one of them.')
  }

  private add(upcaster: UpcasterDefinition): void {
    const { member } = upcaster
    const source = { definition: eventOf(upcaster.from, member), upcaster, to: upcaster.to.map(each => eventOf(each, member)) }
    for (const name of namesOf(source.definition)) {
      const earlier = this.sources.get(name)
      if (earlier) throw invalid(member, `is a second upcaster of ${name} beside ${earlier.upcaster.member}`, 'Keep one of the two.')
      this.sources.set(name, source)
    }
  }

  private checkEnd({ definition, upcaster, to }: Source, path: readonly string[]): void {
    const names = [...path, definition.name]
    if (path.includes(definition.name)) {
      throw invalid(
        upcaster.member,
        `goes round in a circle: ${names.join(' → ')}`,
        'Let each upcaster lead to a newer event, the last one to an event that the app handles.',
      )
    }
    for (const { name } of to) {
      const next = this.sources.get(name)
      if (next) this.checkEnd(next, names)
    }
  }
}

/** One step of a chain. */
function made({ definition, upcaster, to }: Source, message: object): readonly EventForm[] {
  const failed = (problem: string, cause?: unknown) =>
    coreErrors.create('UPCAST_FAILED', { member: upcaster.member, event: definition.name, problem }, { cause })
  let returned: unknown
  try {
    returned = upcaster.upcast(message)
  } catch (error) {
    throw failed(`it threw ${error instanceof Error ? error.message : String(error)}`, error)
  }
  const promise = returned as Partial<Promise<unknown>> | undefined
  if (typeof promise?.then === 'function') {
    // Its own rejection has nobody else to go to, and must not end the process.
    promise.then(undefined, () => undefined)
    throw failed('it returned a promise')
  }
  return (Array.isArray(returned) ? returned : [returned]).map((event: object) => {
    const newer = typeof event === 'object' && event !== null ? findMessageDefinition(event.constructor as MessageClass) : undefined
    if (!newer || !to.includes(newer)) throw failed(`it returned ${newer?.name ?? typeof event}, and not ${listed(to) || 'an empty list'}`)
    try {
      validateMessage(newer, event)
    } catch (error) {
      throw failed((error as Error).message, error)
    }
    return { definition: newer, message: normalizeMessage(newer, event) }
  })
}

function eventOf(event: MessageClass, member: string): MessageDefinition {
  const definition = findMessageDefinition(event)
  if (definition?.kind === 'event') return definition
  const what = definition ? `the ${definition.kind} ${definition.name}` : `${event.name || 'a class'}, which is no message`
  throw invalid(member, `names ${what} where an event belongs`, "Give @Upcast classes decorated with @Event('name').")
}

function listed(events: readonly MessageDefinition[]): string {
  return events.map(({ name }) => name).join(', ')
}

function invalid(member: string, problem: string, cure: string): Error {
  return coreErrors.create('MODEL_INVALID', { member, problem, cure })
}
