import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaSource, startKafka } from '@ottla/testing/kafka'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { build } from '../built.js'
import { isAlive, kafkaProcess } from './kafka-process.js'
import { Records } from './records.js'

const source = await kafkaSource()
const schema = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ schema: '"string"' }) }

describe.skipIf(source !== 'java')('brokers and a registry in JVMs', () => {
  let folder: string
  beforeAll(() => build('packages/testing'))
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ottla-kafka-test-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))

  it('end, with their temporary folder, when the process that started them is killed', async () => {
    const kafka = kafkaProcess({}, folder)
    await kafka.addresses
    const pids = kafka.pids()
    expect(pids).toHaveLength(3)
    expect(readdirSync(folder)).toHaveLength(1)
    kafka.child.kill('SIGKILL')
    await vi.waitFor(() => expect([pids.filter(isAlive), readdirSync(folder)]).toEqual([[], []]), 20_000)
  })

  it('end, with their temporary folder, when that process is killed while they start', async () => {
    const kafka = kafkaProcess({}, folder)
    await vi.waitFor(() => expect(kafka.pids()).toHaveLength(3), 20_000)
    const pids = kafka.pids()
    kafka.child.kill('SIGKILL')
    await vi.waitFor(() => expect([pids.filter(isAlive), readdirSync(folder)]).toEqual([[], []]), 20_000)
  })

  it('go on from their folder after everything was killed, and after a stop', async () => {
    const data = join(folder, 'data')
    const owner = kafkaProcess({ folder: data, registry: true, throughput: false }, folder)
    const first = await owner.addresses
    await new Records(first.brokers).createTopic('kept')
    await new Records(first.brokers).produce('kept', 'before the kill')
    const pids = owner.pids()
    expect(pids).toHaveLength(4)
    // The kill comes right after the answer, so that nothing is saved by a little time.
    const { id } = (await (await fetch(`${first.registryUrl}/subjects/other/versions`, schema)).json()) as { id: number }
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), 20_000)

    const second = await startKafka({ folder: data, registry: true, throughput: false })
    expect([second.brokers, second.registryUrl]).toEqual([first.brokers, first.registryUrl])
    expect(await (await fetch(`${second.registryUrl}/subjects/other/versions/1`)).json()).toMatchObject({ id })
    await new Records(second.brokers).produce('kept', 'before the stop')
    await second.stop()

    const third = await startKafka({ folder: data, throughput: false })
    const kept = await new Records(third.brokers).consume('kept', 2)
    await third.stop()
    expect(kept).toEqual(['before the kill', 'before the stop'])
  }, 240_000)
})
