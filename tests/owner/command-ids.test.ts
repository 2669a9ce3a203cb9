import type { Middleware } from '@ottla/core'
import { describe, expect, test } from 'vitest'
import { Account, Deposit, Label, Labels } from './bank.fixture.js'
import { gate } from './gate.fixture.js'
import { cluster, eventsOf, recordsOf, startNode } from './node.fixture.js'

const deposit = (amount = 10) => new Deposit({ account: 'a', amount })

describe('before anything is written', () => {
  test.each<[string, object, object]>([
    ['an empty command id', deposit(), { id: '' }],
    ['a command id of more than 1,000 characters', deposit(), { id: 'x'.repeat(1001) }],
    ['an empty correlation id', deposit(), { correlationId: '' }],
    ['a correlation id of more than 1,000 characters', deposit(), { correlationId: 'x'.repeat(1001) }],
    ['an empty key', new Deposit({ account: '', amount: 1 }), {}],
    ['a key of more than 1,000 characters', new Deposit({ account: 'x'.repeat(1001), amount: 1 }), {}],
  ])('%s is refused', async (_, command, options) => {
    const shared = cluster()
    const node = await startNode(shared)
    await expect(node.send(command, options)).rejects.toThrow('MESSAGE_INVALID')
    await node.stop()
    for (const topic of shared.broker.topics.keys()) expect(recordsOf(shared, topic)).toEqual([])
  })

  test('a command that no aggregate of the app handles is refused', async () => {
    const shared = cluster()
    const node = await startNode(shared)
    await expect(node.send(new Label({ account: 'a', labels: {} }))).rejects.toThrow('COMMAND_UNKNOWN')
    await node.stop()
    for (const topic of shared.broker.topics.keys()) expect(recordsOf(shared, topic)).toEqual([])
  })
})

describe('the same id again', () => {
  test.each([false, true])(
    'with an equal map in another order is the same command, and with another map it is refused (after a restart: %s)',
    async restarts => {
      const shared = { ...cluster(), modules: [Labels] }
      let node = await startNode(shared)
      await node.send(new Label({ account: 'a', labels: { x: '1', y: '2' } }), { id: 'one' })
      if (restarts) {
        await node.stop()
        node = await startNode(shared)
      }
      expect(await node.send(new Label({ account: 'a', labels: { y: '2', x: '1' } }), { id: 'one' })).toMatchObject({ duplicate: true, version: 1 })
      await expect(node.send(new Label({ account: 'a', labels: { x: '2', y: '1' } }), { id: 'one' })).rejects.toThrow('COMMAND_ID_REUSED')
      await node.stop()
      expect(eventsOf(shared)).toHaveLength(1)
    },
  )

  test('for another aggregate is another command', async () => {
    const shared = { ...cluster(), modules: [Account, Labels] }
    const node = await startNode(shared)
    expect(await node.send(deposit(), { id: 'one' })).toMatchObject({ duplicate: false })
    expect(await node.send(new Deposit({ account: 'b', amount: 10 }), { id: 'one' })).toMatchObject({ duplicate: false, key: 'b' })
    expect(await node.send(new Label({ account: 'a', labels: {} }), { id: 'one' })).toMatchObject({ duplicate: false, aggregate: 'labels' })
    await node.stop()
  })

  test('by a middleware that sends on twice is the same command', async () => {
    const shared = cluster()
    const again: Middleware = async (envelope, next) => {
      await next(envelope)
      return next(envelope)
    }
    const node = await startNode({ ...shared, middleware: [again] })
    expect(await node.send(deposit())).toMatchObject({ duplicate: true, version: 1 })
    await node.stop()
    expect(eventsOf(shared)).toHaveLength(1)
  })

  test('by a middleware that gives ids of its own is the same command', async () => {
    const shared = cluster()
    const node = await startNode({ ...shared, middleware: [(envelope, next) => next({ ...envelope, id: 'from a header' })] })
    await node.send(deposit())
    expect(await node.send(deposit())).toMatchObject({ duplicate: true, commandId: 'from a header', version: 1 })
    await node.stop()
    expect(eventsOf(shared)).toHaveLength(1)
  })

  test('of an id that was drawn for the sending is looked for when its commit had no answer', async () => {
    const { onCommit, next, open } = gate()
    const shared = cluster({ onCommit })
    const node = await startNode(shared)
    const receipt = node.send(deposit())
    ;(await next()).end('lost-after')
    open()
    expect(await receipt).toMatchObject({ duplicate: true, version: 1 })
    await node.stop()
    expect(eventsOf(shared)).toHaveLength(1)
  })
})
