import { AssertionError } from 'node:assert'
import { Aggregate, Apply, aggregate, apply, Command, type CommandContext, Event, Field, Handle, handle, Id, Message, reject, t } from '@ottla/core'
import { describe, expect, it } from 'vitest'
import { given } from './aggregate-specification.js'

@Event('bank.Deposited')
class Deposited extends Message<Deposited> {
  @Field(t.decimal(12, 2)) amount!: string
}

@Event('bank.Audited')
class Audited extends Message<Audited> {
  @Field(t.string) by!: string
  @Field(t.timestamp) at!: Date
}

@Command('bank.Deposit')
class Deposit extends Message<Deposit> {
  @Id(t.string) account!: string
  @Field(t.decimal(12, 2)) amount!: string
}

@Command('bank.Audit')
class Audit extends Message<Audit> {
  @Id(t.string) account!: string
}

@Aggregate('account')
class Account {
  deposits = 0

  @Handle(Deposit) deposit({ amount }: Deposit) {
    if (amount === '0') return
    if (amount.startsWith('-')) throw reject('negative', { amount })
    if (amount === '13') this.deposits++
    return new Deposited({ amount })
  }

  @Handle(Audit) audit({ account }: Audit, { commandId, version, now }: CommandContext) {
    if (account === 'unlucky') throw new Error('boom')
    return new Audited({ by: `${commandId} after ${version} of ${this.deposits}`, at: new Date(now) })
  }

  @Apply(Deposited) deposited() {
    this.deposits++
    if (this.deposits > 2) throw new Error('full')
  }

  @Apply(Audited) audited() {}
}

const deposit = (amount: string) => new Deposit({ account: 'a1', amount })
const deposited = (amount: string) => new Deposited({ amount })

/** The error of a specification that does not hold. */
const failureOf = (specification: () => void) => {
  try {
    specification()
  } catch (error) {
    expect(error).toBeInstanceOf(AssertionError)
    return error as AssertionError
  }
  throw new Error('The specification holds')
}

describe('given, when, then of an aggregate', () => {
  it('compares the events, as they will be read back', () => {
    given(Account)
      .when(deposit('2.50'))
      .then([deposited('2.5')])
  })

  it('decides on the state that the given events make', () => {
    const audited = new Audited({ by: 'c9 after 2 of 2', at: new Date(7) })
    given(Account, [deposited('1'), deposited('2')])
      .when(new Audit({ account: 'a1' }), { commandId: 'c9', now: 7 })
      .then([audited])
  })

  it('takes plain definitions too', () => {
    const plain = aggregate({
      name: 'plain',
      initialState: () => ({}),
      decide: [handle(Deposit, () => deposited('1'))],
      evolve: [apply(Deposited, () => {})],
    })
    given(plain)
      .when(deposit('1'))
      .then([deposited('1')])
  })

  it('knows acceptance without events, rejection and failure', () => {
    given(Account).when(deposit('0')).thenNothing()
    given(Account).when(deposit('-1')).thenRejected('negative')
    given(Account).when(deposit('-1')).thenRejected('negative', { amount: '-1' })
    given(Account)
      .when(new Audit({ account: 'unlucky' }))
      .thenFailed('HANDLER_FAILED')
    given(Account).when(deposit('13')).thenFailed('HANDLER_CHANGED_STATE')
    given(Account).when(deposit('much')).thenFailed('MESSAGE_INVALID')
    given(Account, [deposited('1'), deposited('2')])
      .when(deposit('3'))
      .thenFailed('HANDLER_FAILED')
  })

  it('shows how the events differ', () => {
    const error = failureOf(() =>
      given(Account)
        .when(deposit('1'))
        .then([deposited('2')]),
    )
    expect(error.message).toContain('The events differ.')
    expect(error.message).toMatch(/\+ {5}amount: '1'\n- {5}amount: '2'/)
    expect([error.actual, error.expected]).toEqual([[deposited('1')], [deposited('2')]])
  })

  it('says what the outcome was where another was expected', () => {
    expect(
      failureOf(() =>
        given(Account)
          .when(deposit('-1'))
          .then([deposited('1')]),
      ).message,
    ).toBe('Expected the command to be accepted with Deposited, but it was rejected: negative.')
    expect(failureOf(() => given(Account).when(deposit('1')).thenRejected('negative')).message).toBe(
      'Expected the command to be rejected: negative, but it was accepted with Deposited.',
    )
    expect(failureOf(() => given(Account).when(deposit('1')).thenNothing()).actual).toBe('accepted with Deposited')
    expect(failureOf(() => given(Account).when(deposit('0')).thenFailed('HANDLER_FAILED')).actual).toBe('accepted with no events')
    expect(failureOf(() => given(Account).when(deposit('-1')).thenRejected('negative', { amount: '1' })).message).toContain(
      'The details of the rejection differ.',
    )
  })

  it('gives the error of a failed command as the cause', () => {
    const error = failureOf(() =>
      given(Account)
        .when(new Audit({ account: 'unlucky' }))
        .thenNothing(),
    )
    expect(error.cause).toMatchObject({ code: 'HANDLER_FAILED', cause: new Error('boom') })
  })

  it('refuses a command for another id than the one of the history', () => {
    given(Account, 'a1', [deposited('1')])
      .when(deposit('1'))
      .then([deposited('1')])
    expect(failureOf(() => given(Account, 'a2').when(deposit('1'))).message).toBe('The command is for a1, but the history is that of a2.')
  })

  it('refuses to be awaited in place of being ended', async () => {
    await expect(async () => await (given(Account).when(deposit('1')) as unknown as Promise<void>)).rejects.toThrow('A specification is no promise')
  })

  it('refuses a class that is no aggregate, and a history that could not have been written', () => {
    expect(() => given(class Nothing {})).toThrow('MODEL_INVALID: Nothing: is no aggregate')
    expect(() => given(Account, [deposited('1.234')])).toThrow('MESSAGE_INVALID')
  })
})
