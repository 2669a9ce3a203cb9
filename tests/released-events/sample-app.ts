import { join } from 'node:path'
import { findAggregate, findUpcasters, Upcasters } from '@ottla/core'
import { type AvroCodec, aggregateParticipant, appTopics, ShardModel } from '@ottla/eventstore'
import { findSaga, sagaParticipant } from '@ottla/saga'
import type { Module } from 'ottla'

/** The sample app, whose schemas are the ones that are kept: its name and its modules. */
export interface SampleApp {
  readonly name: string
  readonly modules: readonly Module[]
}

const isBuilt = import.meta.dirname.includes('/dist/')

/** The sample, built for a built program, else from its sources. */
export async function sampleApp(): Promise<SampleApp> {
  const root = join(import.meta.dirname, isBuilt ? '../../..' : '../..')
  return (await import(join(root, 'examples/order-saga', isBuilt ? 'dist/order-saga.js' : 'src/order-saga.ts'))) as SampleApp
}

/** What today's code reads the sample's messages with. */
export function sampleModel({ name, modules }: SampleApp, codec: AvroCodec): ShardModel {
  const upcasters = new Upcasters(modules.flatMap(module => findUpcasters(module)))
  const aggregates = modules.flatMap(module => findAggregate(module) ?? []).map(definition => aggregateParticipant(definition))
  const commands = aggregates.flatMap(aggregate => aggregate.commands)
  const sagas = modules.flatMap(module => findSaga(module) ?? [])
  return new ShardModel([...aggregates, ...sagas.map(saga => sagaParticipant(saga, codec, appTopics(name), commands, upcasters))], upcasters)
}
