import { describe, expect, test } from 'vitest'
import { t } from '../messages/field-type.js'
import { Message } from '../messages/message.js'
import { Command, Event, Field, Id } from '../messages/message-decorators.js'
import { AggregateDecider } from './aggregate-decider.js'
import { Aggregate, Apply, findAggregate, Handle } from './aggregate-decorators.js'
import type { AggregateDefinition, CommandContext, EventContext } from './aggregate-definition.js'
import { aggregate, apply, handle } from './plain-aggregate.js'
import { reject } from './rejection.js'

@Command('bank.Deposit')
class Deposit extends Message<Deposit> {
  @Id() account!: string
  @Field(t.int) amount!: number
}

@Event('bank.Deposited')
class Deposited extends Message<Deposited> {
  @Field(t.int) amount!: number
  @Field(t.long) at!: bigint
}

@Aggregate('account', { stateVersion: 3 })
class Account {
  balance = 0
  versions: number[] = []

  @Handle(Deposit) deposit({ amount }: Deposit, { now, version }: CommandContext) {
    if (amount <= 0) throw reject('amount-not-positive', { amount, version })
    return new Deposited({ amount, at: BigInt(now) })
  }

  @Apply(Deposited) deposited({ amount }: Deposited, { version }: EventContext) {
    this.balance += amount
    this.versions.push(version)
  }
}

interface AccountState {
  balance: number
  versions: number[]
}

const plainAccount = aggregate<AccountState>({
  name: 'account',
  stateVersion: 3,
  initialState: () => ({ balance: 0, versions: [] }),
  decide: [
    handle(Deposit, (_, { amount }, { now, version }) => {
      if (amount <= 0) throw reject('amount-not-positive', { amount, version })
      return new Deposited({ amount, at: BigInt(now) })
    }),
  ],
  evolve: [
    apply(Deposited, (state: AccountState, { amount }, { version }) => {
      state.balance += amount
      state.versions.push(version)
    }),
  ],
})

const definitionOf = (module: unknown) => findAggregate(module) as AggregateDefinition
const context: CommandContext = { commandId: 'c', correlationId: 'c', version: 0, now: 5 }

describe('a decorated aggregate', () => {
  test('is the definition that the same written plainly is', () => {
    const outline = (definition: AggregateDefinition) => ({
      kind: definition.kind,
      name: definition.name,
      stateVersion: definition.stateVersion,
      state: { ...definition.initialState() },
      commands: definition.handlers.map(({ command }) => command),
      events: definition.appliers.map(({ event }) => event),
    })
    expect(outline(definitionOf(Account))).toEqual(outline(definitionOf(plainAccount)))
  })

  test.each([
    ['decorated', Account],
    ['plain', plainAccount],
  ])('decides and evolves the same, %s', (_, module) => {
    const definition = definitionOf(module)
    const state = definition.initialState() as Account
    const [handler, applier] = [definition.handlers[0], definition.appliers[0]]
    const event = handler?.handle(state, new Deposit({ account: 'a', amount: 2 }), context) as Deposited
    expect(event).toEqual(new Deposited({ amount: 2, at: 5n }))
    applier?.apply(state, event, { version: 1 })
    expect({ ...state }).toEqual({ balance: 2, versions: [1] })
    expect(() => handler?.handle(state, new Deposit({ account: 'a', amount: 0 }), context)).toThrow('amount-not-positive')
  })

  test('has a new state at each call', () => {
    const { initialState } = definitionOf(Account)
    expect(initialState()).toBeInstanceOf(Account)
    expect((initialState() as Account).versions).not.toBe((initialState() as Account).versions)
  })

  test('names its members for errors', () => {
    expect([...definitionOf(Account).handlers, ...definitionOf(Account).appliers].map(({ member }) => member)).toEqual(['Account.deposit', 'Account.deposited'])
    expect([...plainAccount.handlers, ...plainAccount.appliers].map(({ member }) => member)).toEqual(['account.decide(Deposit)', 'account.evolve(Deposited)'])
  })

  test('has state version 1 where none is given', () => {
    @Aggregate('bare')
    class Bare {}
    expect(definitionOf(Bare)).toMatchObject({ name: 'bare', stateVersion: 1, handlers: [], appliers: [] })
    expect(aggregate({ name: 'bare', initialState: () => ({}), decide: [], evolve: [] }).stateVersion).toBe(1)
  })

  test('has the methods of its base class, and its own in place of those that it overrides', () => {
    class Base {
      total = 0
      @Handle(Deposit) deposit(_: Deposit) {
        return new Deposited({ amount: 1, at: 0n })
      }
      @Apply(Deposited) deposited({ amount }: Deposited) {
        this.total += amount
      }
    }
    @Aggregate('derived')
    class Derived extends Base {
      @Handle(Deposit) override deposit(_: Deposit) {
        return new Deposited({ amount: 7, at: 0n })
      }
    }
    @Aggregate('heir')
    class Heir extends Base {}
    expect(definitionOf(Heir).handlers.map(({ member }) => member)).toEqual(['Heir.deposit'])
    const definition = definitionOf(Derived)
    expect(definition.handlers).toHaveLength(1)
    expect(new AggregateDecider(definition).decide(definition.initialState(), new AggregateDecider(definition).commands[0] as never, {}, context)).toEqual([
      new Deposited({ amount: 7, at: 0n }),
    ])
    expect(definition.appliers.map(({ member }) => member)).toEqual(['Derived.deposited'])
    expect(findAggregate(Base)).toBeUndefined()
  })

  test('is found in decorated classes and plain definitions only', () => {
    expect(findAggregate(plainAccount)).toBe(plainAccount)
    class Heir extends Account {}
    expect([undefined, null, 'account', {}, class {}, Deposited, Heir, () => 1].map(findAggregate)).toEqual(Array(8).fill(undefined))
  })
})

describe('a message class that is undefined when the file loads', () => {
  const missing = undefined as unknown as typeof Deposit
  const problem = /names a message class that is undefined when the file loads. Two files probably import each other/

  test('is named with the method that wants it', () => {
    const decorate = () => {
      class Wrong {
        @Handle(missing) deposit(_: Deposit) {}
      }
      return Wrong
    }
    expect(decorate).toThrow(/^MODEL_INVALID: Wrong.deposit: /)
    expect(decorate).toThrow(problem)
  })

  test('is refused in a plain definition too', () => {
    expect(() => handle(missing, () => undefined)).toThrow(problem)
    expect(() => apply(missing, () => undefined)).toThrow(problem)
  })
})
