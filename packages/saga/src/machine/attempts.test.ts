import { describe, expect, it } from 'vitest'
import { findSaga } from '../definition/saga-decorators.js'
import type { SagaDefinition } from '../definition/saga-definition.js'
import { FulfilOrder } from '../order-saga.fixture.js'
import { backoff, limitsOf } from './attempts.js'

const definition = findSaga(FulfilOrder) as SagaDefinition

describe('The limits of attempts', () => {
  it('wait 1 s, 2 s, 4 s and so on before a retry, and no longer than 30 s', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 60].map(backoff)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  })

  it('are what the step declares, without a timeout and with 3 retries by default', () => {
    expect(limitsOf(definition, { step: 'charge', purpose: 'step' })).toEqual({ timeout: 10_000, retry: 1 })
    expect(limitsOf(definition, { step: 'ship', purpose: 'step' })).toEqual({ timeout: undefined, retry: 3 })
  })

  it('are 5 retries for a compensation, with the timeout of its step', () => {
    expect(limitsOf(definition, { step: 'charge', purpose: 'compensation' })).toEqual({ timeout: 10_000, retry: 5 })
  })

  it('are 5 retries for the last commands', () => {
    expect(limitsOf({ ...definition, compensated: { member: '', send: () => [], timeout: '1m' } }, { step: 'compensated', purpose: 'end' })).toEqual({
      timeout: 60_000,
      retry: 5,
    })
    expect(limitsOf(definition, { step: 'completed', purpose: 'end' })).toEqual({ timeout: undefined, retry: 5 })
  })

  it('are the defaults for a step that the code does not have any more', () => {
    expect(limitsOf(definition, { step: 'gone', purpose: 'step' })).toEqual({ timeout: undefined, retry: 3 })
  })
})
