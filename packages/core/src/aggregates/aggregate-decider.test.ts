import { describe, expect, test } from 'vitest'
import { t } from '../messages/field-type.js'
import { type MessageDefinition, messageDefinition } from '../messages/message-definition.js'
import { command, event, value } from '../messages/plain-messages.js'
import { AggregateDecider } from './aggregate-decider.js'
import { Aggregate, Apply, findAggregate, Handle } from './aggregate-decorators.js'
import type { AggregateDefinition, CommandContext, Decided } from './aggregate-definition.js'
import { aggregate, apply, handle } from './plain-aggregate.js'
import { reject } from './rejection.js'
import { freezeState } from './state.js'

const Rename = command('shop.Rename', 'id', { id: t.string, name: t.string })
const Close = command('shop.Close', 'id', { id: t.string })
const Renamed = event('shop.Renamed', { name: t.string })
const Closed = event('shop.Closed', {})
const Line = value('shop.Line', {})

interface Shop {
  name: string
  names: string[]
  seen: Map<string, Date>
}

const initialState = (): Shop => ({ name: '', names: [], seen: new Map([['first', new Date(0)]]) })
const renamed = apply<Shop, InstanceType<typeof Renamed>>(Renamed, (state, { name }) => void state.names.push(name))
const rename = messageDefinition(Rename) as MessageDefinition
const context: CommandContext = { commandId: 'c', correlationId: 'c', version: 4, now: 5 }

/** Decides one command by `run` on a frozen state. */
function decide(run: (state: Shop, command: InstanceType<typeof Rename>, context: CommandContext) => Decided): readonly object[] {
  const decider = new AggregateDecider(aggregate<Shop>({ name: 'shop', initialState, decide: [handle(Rename, run)], evolve: [renamed] }))
  return decider.decide(freezeState(initialState()), rename, new Rename({ id: 's', name: 'n' }), context)
}

describe('a decision', () => {
  test('is the event, the events or nothing that the handler returns', () => {
    const one = new Renamed({ name: 'a' })
    const two = new Renamed({ name: 'b' })
    expect(decide(() => one)).toEqual([one])
    expect(decide(() => [one, two])).toEqual([one, two])
    expect(decide(() => [])).toEqual([])
    expect(decide(() => undefined)).toEqual([])
    expect(decide(() => null as never)).toEqual([])
  })

  test('is made on the state, the command and the context', () => {
    expect(decide((state, { name }, { now, version }) => new Renamed({ name: [state.seen.size, name, now, version].join() }))).toEqual([
      new Renamed({ name: '1,n,5,4' }),
    ])
  })

  test('is the rejection that the handler throws', () => {
    const rejection = reject('closed')
    let thrown: unknown
    try {
      decide(() => {
        throw rejection
      })
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBe(rejection)
  })

  test('fails where the handler throws anything else, with it as the cause', () => {
    const bug = new TypeError('x is undefined')
    const failing = () =>
      decide(() => {
        throw bug
      })
    expect(failing).toThrow(
      'HANDLER_FAILED: shop.decide(Rename) threw x is undefined. Mend it; a handler that wants to refuse a command throws reject(code). Nothing of this command was kept.',
    )
    expect(failing).toThrow(expect.objectContaining({ cause: bug }))
    expect(() =>
      decide(() => {
        throw 'a string'
      }),
    ).toThrow('HANDLER_FAILED: shop.decide(Rename) threw a string.')
  })

  test.each<[string, (state: Shop) => unknown]>([
    ['assigns to a field', state => (state.name = 'x')],
    ['adds a field', state => ((state as unknown as { more: number }).more = 1)],
    ['deletes a field', state => delete (state as Partial<Shop>).name],
    ['changes an array', state => state.names.push('x')],
    ['changes a map', state => state.seen.set('x', new Date())],
    ['clears a map', state => state.seen.clear()],
    ['changes a date', state => state.seen.get('first')?.setFullYear(1999)],
  ])('fails where the handler %s of the state', (_, change) => {
    expect(() => decide(state => void change(state))).toThrow(/^HANDLER_CHANGED_STATE: shop.decide\(Rename\) changed the state of the aggregate \(/)
  })

  test('fails where the handler returns a promise, whose own failure ends nothing', async () => {
    expect(() => decide((async () => new Renamed({ name: 'a' })) as never)).toThrow('HANDLER_NOT_SYNCHRONOUS: shop.decide(Rename) returned a promise.')
    expect(() =>
      decide((async () => {
        throw new Error('nobody sees this')
      }) as never),
    ).toThrow(/^HANDLER_NOT_SYNCHRONOUS/)
    // An unhandled rejection would fail this run of vitest.
    await new Promise(setImmediate)
  })

  test('fails where the handler returns an event without @Apply, or no message at all', () => {
    expect(() => decide(() => new Closed({}))).toThrow('EVENT_NOT_APPLICABLE: shop.decide(Rename) returned shop.Closed, which shop has no @Apply method for.')
    expect(() => decide(() => [new Renamed({ name: 'a' }), new Closed({})])).toThrow(/^EVENT_NOT_APPLICABLE/)
    expect(() => decide(() => ({ name: 'plain' }))).toThrow(/^MODEL_INVALID: Object: is no message class/)
    expect(() => decide(() => 7 as never)).toThrow(/^MODEL_INVALID/)
  })

  test('is not made for a command without a handler', () => {
    const decider = new AggregateDecider(aggregate<Shop>({ name: 'shop', initialState, decide: [], evolve: [] }))
    expect(() => decider.decide(initialState(), rename, {}, context)).toThrow('COMMAND_UNKNOWN: No aggregate of this app handles shop.Rename.')
  })
})

describe('an event', () => {
  const evolve = (run: (state: Shop) => unknown) => {
    const decider = new AggregateDecider(aggregate<Shop>({ name: 'shop', initialState, decide: [], evolve: [apply(Renamed, run as never)] }))
    const state = initialState()
    decider.evolve(state, messageDefinition(Renamed) as MessageDefinition, new Renamed({ name: 'n' }), { version: 1 })
    return state
  }

  test('changes the state by its method', () => {
    expect(evolve(state => (state.name = 'changed')).name).toBe('changed')
  })

  test('fails where its method throws or returns a promise', () => {
    expect(() => evolve(() => JSON.parse('{'))).toThrow(/^HANDLER_FAILED: shop.evolve\(Renamed\) threw /)
    expect(() => evolve(async () => undefined)).toThrow('HANDLER_NOT_SYNCHRONOUS: shop.evolve(Renamed) returned a promise.')
  })

  test('without a method is refused', () => {
    const decider = new AggregateDecider(aggregate<Shop>({ name: 'shop', initialState, decide: [], evolve: [] }))
    expect(() => decider.evolve(initialState(), messageDefinition(Closed) as MessageDefinition, new Closed({}), { version: 1 })).toThrow(
      /^EVENT_NOT_APPLICABLE/,
    )
  })
})

describe('a definition', () => {
  const check = (decide: readonly ReturnType<typeof handle<Shop, object>>[], evolve: readonly ReturnType<typeof apply<Shop, object>>[]) => () =>
    new AggregateDecider(aggregate<Shop>({ name: 'shop', initialState, decide, evolve }))
  const nothing = () => undefined

  test('tells its commands and events', () => {
    const decider = check([handle(Rename, nothing), handle(Close, nothing)], [renamed, apply(Closed, nothing)])()
    expect(decider.commands).toEqual([messageDefinition(Rename), messageDefinition(Close)])
    expect(decider.events).toEqual([messageDefinition(Renamed), messageDefinition(Closed)])
  })

  test('with two handlers for one command is refused, naming both', () => {
    @Aggregate('twice')
    class Twice {
      @Handle(Rename) one(_: object) {}
      @Handle(Rename) other(_: object) {}
    }
    expect(() => new AggregateDecider(findAggregate(Twice) as AggregateDefinition)).toThrow(
      'MODEL_INVALID: Twice.other: is a second @Handle(shop.Rename) beside Twice.one. Keep one of the two.',
    )
    expect(check([], [renamed, apply(Renamed, nothing)])).toThrow(/is a second @Apply\(shop.Renamed\)/)
  })

  test('with an event where a command belongs is refused, and the other way round', () => {
    expect(check([handle(Renamed, nothing)], [])).toThrow(
      'MODEL_INVALID: shop.decide(Renamed): names the event shop.Renamed where a command belongs. Give @Handle a class decorated with @Command.',
    )
    expect(check([], [apply(Rename, nothing)])).toThrow(/names the command shop.Rename where a event belongs. Give @Apply a class decorated with @Event/)
    expect(check([handle(Line, nothing)], [])).toThrow(/names the value shop.Line where a command belongs/)
  })

  test('with a class that is no message is refused', () => {
    expect(check([handle(class Stranger {}, nothing)], [])).toThrow(/^MODEL_INVALID: Stranger: is no message class/)
  })

  test('whose handler promises an event without @Apply is refused at the start, where the compiler emits what it returns', () => {
    @Aggregate('lost')
    class Lost {
      @Handle(Rename) rename(_: object): InstanceType<typeof Closed> {
        return new Closed({})
      }
      @Apply(Renamed) renamed(_: object) {}
    }
    // What tsc emits for `rename(): Closed` where Closed is a class of its own and no constant.
    Reflect.defineMetadata('design:returntype', Closed, Lost.prototype, 'rename')
    Aggregate('lost')(Lost)
    expect(() => new AggregateDecider(findAggregate(Lost) as AggregateDefinition)).toThrow(
      'MODEL_INVALID: Lost.rename: returns Closed, which lost has no @Apply method for. Add a method with @Apply(Closed).',
    )
  })
})
