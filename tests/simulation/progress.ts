import { appTopics, header, type LogRecord } from '@ottla/eventstore'
import { app } from './bank-node.js'
import type { ModelBroker } from './kafka-model/model-broker.js'

export const topics = appTopics(app)

/** The committed records of a topic, partition by partition. */
export function committedRecords(broker: ModelBroker, topic: string): readonly (readonly LogRecord[])[] {
  if (!broker.topics.has(topic)) return []
  return broker.topic(topic).partitions.map(({ records }, partition) => {
    const stable = broker.end({ topic, partition })
    return records.filter(({ offset }) => offset < stable)
  })
}

const ends = new Set(['ottla.saga.SagaCompleted', 'ottla.saga.SagaCompensated', 'ottla.saga.SagaParked'])

export function sagaCounts(broker: ModelBroker): { readonly started: number; readonly ended: number } {
  const types = committedRecords(broker, topics.events)
    .flat()
    .map(({ headers }) => headers[header.type] as string)
  return { started: types.filter(type => type === 'bank.TransferStarted').length, ended: types.filter(type => ends.has(type)).length }
}

/** Inboxes with records that the group has not committed, in words. */
export function waitingRecords(broker: ModelBroker): string[] {
  return committedRecords(broker, topics.commands).flatMap((records, partition) => {
    const committed = broker.committed(app, { topic: topics.commands, partition }) ?? 0
    const waiting = records.filter(({ offset }) => offset >= committed).length
    return waiting === 0 ? [] : [`${waiting} records wait in inbox ${partition}`]
  })
}
