import { Command, Event, Field, Id, Message, Rejection, t } from '@ottla/core'
import { describe, expect, it } from 'vitest'
import { Cancel, Charge, FulfilOrder, Line, OrderPlaced, orderPlaced, Refund, ReleaseStock, ReserveStock } from '../order-saga.fixture.js'
import { Compensate, Compensated, Completed, findSaga, OnReply, Saga, StartsOn, Step } from './saga-decorators.js'
import type { SagaDefinition, SagaReply, Sends } from './saga-definition.js'

describe('A decorated saga', () => {
  it('is the definition of its steps in the order of their declaration', () => {
    const { name, stateVersion, steps, triggers, completed, compensated } = findSaga(FulfilOrder) as SagaDefinition
    expect([name, stateVersion]).toEqual(['fulfil-order', 1])
    expect(steps.map(step => [step.name, step.timeout, step.retry, step.compensation?.member, step.onReply?.member])).toEqual([
      ['reserve', '30s', undefined, 'FulfilOrder.release', 'FulfilOrder.noteReserved'],
      ['charge', 10_000, 1, 'FulfilOrder.refund', undefined],
      ['ship', undefined, undefined, undefined, undefined],
    ])
    expect(triggers.map(({ event, member }) => [event, member])).toEqual([[OrderPlaced, 'FulfilOrder.start']])
    expect([completed?.member, compensated?.member]).toEqual(['FulfilOrder.confirm', 'FulfilOrder.cancel'])
  })

  it('calls its methods with the state as this', () => {
    const { steps, initialState, triggers, compensated } = findSaga(FulfilOrder) as SagaDefinition
    const state = initialState()
    triggers[0]?.start(state, orderPlaced(['p1']))
    expect(state).toBeInstanceOf(FulfilOrder)
    const sent = steps[0]?.send(state) as object[]
    expect(sent).toEqual([new ReserveStock({ productId: 'p1', orderId: 'o1', quantity: 1 })])
    expect(steps[0]?.compensation?.compensate(state, sent[0] as object)).toEqual(new ReleaseStock({ productId: 'p1', orderId: 'o1' }))
    expect(compensated?.send(state, new Rejection('card-declined'))).toEqual(new Cancel({ orderId: 'o1', reason: 'card-declined' }))
  })

  it('has the steps of its base class', () => {
    class Base {
      @StartsOn(OrderPlaced) start(_: OrderPlaced) {}
      @Step() charge() {
        return new Refund({ orderId: 'o1' })
      }
    }
    @Saga('derived', { stateVersion: 3 })
    class Derived extends Base {
      @Step() ship() {}
    }
    expect(findSaga(Derived)).toMatchObject({ stateVersion: 3, steps: [{ name: 'charge' }, { name: 'ship' }] })
    expect(findSaga(Base)).toBeUndefined()
  })

  it('is found in decorated classes and plain definitions only', () => {
    const definition = findSaga(FulfilOrder) as SagaDefinition
    expect(findSaga(definition)).toBe(definition)
    expect([undefined, null, 'x', {}, class {}, OrderPlaced, () => 1].map(findSaga)).toEqual(Array(7).fill(undefined))
  })
})

@Event('shop.OrderChanged')
class OrderChanged extends Message<OrderChanged> {
  @Field(t.string) orderId!: string
}

@Command('shop.Nothing')
class Nothing extends Message<Nothing> {
  @Id(t.string) id!: string
}

/** What is wrong with the class that `declare` declares. */
const problemOf = (declare: () => void) => {
  try {
    declare()
  } catch (error) {
    expect(error).toMatchObject({ code: 'MODEL_INVALID' })
    return (error as Error).message
  }
  return undefined
}

class Started {
  @StartsOn(OrderPlaced) start(_: OrderPlaced) {}
}

describe('A wrong saga does not load', () => {
  it('without anything that starts it', () => {
    class Idle {
      @Step() charge() {}
    }
    expect(problemOf(() => Saga('idle')(Idle))).toBe(
      'MODEL_INVALID: Saga idle: is started by nothing. Put @StartsOn(SomeEvent) on the method that takes over what the saga needs.',
    )
  })

  it('without steps', () => {
    class Stepless extends Started {}
    expect(problemOf(() => Saga('stepless')(Stepless))).toContain('Saga stepless: has no steps')
  })

  it('with a name that is none', () => {
    class Named extends Started {
      @Step() charge() {}
    }
    expect(problemOf(() => Saga('a/b')(Named))).toContain("Saga 'a/b': has a name that is none")
  })

  it('with a compensation or a reply handler of a step that does not exist', () => {
    class Lost extends Started {
      @Step() charge() {}
    }
    Compensate('chrage')(Lost.prototype as never, 'refund', {})
    expect(problemOf(() => Saga('lost')(Lost))).toBe(
      "MODEL_INVALID: Lost.refund: is @Compensate('chrage'), but the class has no step of that name. Name a method with @Step(): charge.",
    )
    class LostReply extends Started {
      @Step() charge() {}
    }
    OnReply('chrage')(LostReply.prototype as never, 'note', {})
    expect(problemOf(() => Saga('lost')(LostReply))).toContain("LostReply.note: is @OnReply('chrage')")
  })

  it('with two compensations, two reply handlers or two last commands', () => {
    class Twice extends Started {
      @Step() charge() {}
      @Compensate('charge') refund() {}
      @Compensate('charge') credit() {}
    }
    expect(problemOf(() => Saga('twice')(Twice))).toContain("Twice.credit: is a second @Compensate('charge') beside Twice.refund")
    class TwiceReplied extends Started {
      @Step() charge() {}
      @OnReply('charge') note() {}
      @OnReply('charge') see() {}
    }
    expect(problemOf(() => Saga('twice')(TwiceReplied))).toContain("TwiceReplied.see: is a second @OnReply('charge') beside TwiceReplied.note")
    class TwiceEnded extends Started {
      @Step() charge() {}
      @Completed() confirm() {}
      @Completed() close() {}
    }
    expect(problemOf(() => Saga('twice')(TwiceEnded))).toContain('TwiceEnded.close: is a second @Completed() beside TwiceEnded.confirm')
  })

  it('with two methods for one starting event', () => {
    class Restarted extends Started {
      @StartsOn(OrderPlaced) again(_: OrderPlaced) {}
      @Step() charge() {}
    }
    expect(problemOf(() => Saga('restarted')(Restarted))).toContain('Restarted.again: starts on shop.OrderPlaced beside Restarted.start')
  })

  it('that starts on something else than an event', () => {
    class OnCommand {
      @StartsOn(Nothing) start(_: Nothing) {}
      @Step() charge() {}
    }
    expect(problemOf(() => Saga('wrong')(OnCommand))).toContain('OnCommand.start: starts on the command shop.Nothing. Name a class decorated with @Event.')
    class OnNothing {
      @StartsOn(undefined as unknown as typeof OrderPlaced) start(_: OrderPlaced) {}
      @Step() charge() {}
    }
    expect(problemOf(() => Saga('wrong')(OnNothing))).toContain('Two files probably import each other')
    class OnPlain {
      @StartsOn(Date) start(_: Date) {}
      @Step() charge() {}
    }
    expect(problemOf(() => Saga('wrong')(OnPlain))).toContain('starts on Date, which is no message')
  })

  it('with a method of two roles', () => {
    expect(
      problemOf(() => {
        class Mixed {
          @Completed() @Step() charge() {}
        }
        return Mixed
      }),
    ).toContain('Mixed.charge: is @Step and @Completed in one')
  })

  it('with a step that has the name of an end', () => {
    class Ended extends Started {
      @Step() completed() {}
    }
    expect(problemOf(() => Saga('ended')(Ended))).toContain('Ended.completed: is a step with the name completed')
  })

  it('with a timeout or a number of retries that is none', () => {
    class Timeless extends Started {
      @Step({ timeout: '0s' }) charge() {}
    }
    expect(problemOf(() => Saga('timeless')(Timeless))).toContain('Timeless.charge: has the timeout 0s, which is no time span')
    class Tired extends Started {
      @Step() charge() {}
      @Compensate('charge', { retry: 1.5 }) refund() {}
    }
    expect(problemOf(() => Saga('tired')(Tired))).toContain('Tired.refund: has retry: 1.5')
  })

  it('takes several events on one method', () => {
    @Saga('several')
    class Several {
      @StartsOn(OrderPlaced) @StartsOn(OrderChanged) start(_: OrderPlaced | OrderChanged) {}
      @Step() charge() {}
    }
    expect(findSaga(Several)?.triggers).toHaveLength(2)
  })
})

// What does not compile; none of it runs.
export class DoesNotCompile {
  // @ts-expect-error the method takes another event
  @StartsOn(OrderPlaced) start(_: Line) {}
  // @ts-expect-error the event has no customer
  @StartsOn(OrderPlaced, { id: event => event.customer }) startWithId(_: OrderPlaced) {}
  // @ts-expect-error a unit is missing
  @Step({ timeout: '30' }) wait() {}
  // @ts-expect-error a step does not wait
  @Step() async charge() {
    return new Charge({ orderId: 'o1', amount: '1' })
  }
  // @ts-expect-error a step returns commands
  @Step() count() {
    return 1
  }
  @Step() reserve(): ReserveStock[] {
    return []
  }
  // @ts-expect-error the step sends ReserveStock, which has no amount
  @Compensate('reserve') refund(_: Charge) {}
  // @ts-expect-error there is no such step
  @Compensate('resreve') release(_: ReserveStock) {}
  // @ts-expect-error the reply is about ReserveStock
  @OnReply('reserve') note(_: SagaReply<Charge>) {}
  // @ts-expect-error the last command of a saga that was not undone gets no reason
  @Completed() confirm(_: Rejection) {}
  // @ts-expect-error the reason is a Rejection
  @Compensated() cancel(_: string) {}
}

export class Compiles {
  @Step() one(): ReserveStock | undefined {
    return undefined
  }
  @Compensate('one') undoOne(_: ReserveStock): Sends {}
  @Step() mixed(): readonly (ReserveStock | Charge)[] {
    return []
  }
  @Compensate('mixed') undoMixed(command: ReserveStock | Charge) {
    return command instanceof Charge ? new Refund({ orderId: command.orderId }) : undefined
  }
  @Compensated() cancel({ code, details }: Rejection) {
    return new Cancel({ orderId: String(details.orderId), reason: code })
  }
}
