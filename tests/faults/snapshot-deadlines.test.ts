import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StateStore } from '@ottla/eventstore'
import { kafka } from '@ottla/eventstore/kafka'
import { Aggregate, type App, Apply, Command, createApp, Event, Handle, Id, Message, Saga, StartsOn, Step } from 'ottla'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'

class Named<T> extends Message<T> {
  @Id() errand!: string
}

@Command('errands.Ask')
class Ask extends Named<Ask> {}

@Event('errands.Asked')
class Asked extends Named<Asked> {}

@Command('errands.Run')
class Run extends Named<Run> {}

@Event('errands.Done')
class Done extends Named<Done> {}

/** Whether an errand can be run at all. */
let isOpen = false

@Aggregate('errand')
class Errand {
  @Handle(Ask) ask(command: Ask) {
    return new Asked({ ...command })
  }

  @Handle(Run) run(command: Run) {
    if (!isOpen) throw new Error('closed today')
    return new Done({ ...command })
  }

  @Apply(Asked) asked() {}

  @Apply(Done) done() {}
}

@Saga('run-errand')
class RunErrand {
  errand = ''

  @StartsOn(Asked) start({ errand }: Asked) {
    this.errand = errand
  }

  @Step({ retry: 20 }) go() {
    return new Run({ errand: this.errand })
  }
}

const name = `errands-${process.pid}-${Date.now().toString(36)}`
let root: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'ottla-errands-'))
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

function start(node: string): Promise<App> {
  const log = kafka({ brokers: inject('kafkaBrokers'), registry: inject('registryUrl'), folder: join(root, node) })
  return createApp({ name, shards: 1, modules: [Errand, RunErrand], log })
}

it('a saga goes on at its deadline, and a command id is known, on a node that has nothing but the snapshots', { timeout: 60_000 }, async () => {
  const first = await start('first')
  await first.send(new Ask({ errand: 'e1' }), { id: 'ask' })
  // Failed: the saga tries again a second later, when this node is gone.
  const failed = async () => {
    for await (const { outcome } of first.outcomes()) if (outcome === 'failed') return true
    return false
  }
  await expect.poll(failed, { timeout: 20_000 }).toBe(true)
  await first.stop()
  isOpen = true
  const second = await start('second')
  await expect.poll(async () => (await second.stream(Errand, 'e1')).map(({ type }) => type), { timeout: 40_000 }).toEqual(['errands.Asked', 'errands.Done'])
  expect(await second.send(new Ask({ errand: 'e1' }), { id: 'ask' })).toMatchObject({ outcome: 'accepted', version: 1, duplicate: true })
  await second.stop()
  const store = new StateStore(join(root, 'second', 'state.sqlite'))
  // It has read no event from before the snapshot.
  expect(store.checkpoint(0)?.indexFrom).toBeGreaterThan(0)
  store.close()
})
