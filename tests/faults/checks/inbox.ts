import { type Check, recordsOf, type Violation } from './history.js'

/** I3, I8: the group's offset is where the decisions say, and nothing is left behind it. */
export const inboxIsDecidedToItsEnd: Check = history => {
  const { topics, app } = history
  const found: Violation[] = []
  for (const { topic, partition, begin } of topics.ends) {
    if (topic !== `${app}.commands`) continue
    const committed = topics.committed.find(offset => offset.topic === topic && offset.partition === partition)?.offset ?? 0
    const waiting = recordsOf(history, 'commands').find(record => record.partition === partition && record.offset >= committed)
    if (waiting) found.push({ text: `${topic}/${partition} stands at ${committed}, and a record waits at ${waiting.offset}`, record: waiting })
    if (begin > committed)
      found.push({ text: `${topic}/${partition} begins at ${begin}, above the committed offset ${committed}: records were deleted undecided` })
    const beyond = topics.records.find(record => record.topic !== topic && record.partition === partition && Number(record.headers.inbox ?? 0) > committed)
    if (beyond)
      found.push({ text: `a decision says that inbox ${partition} is done up to ${beyond.headers.inbox}, the group says ${committed}`, record: beyond })
  }
  return found
}

/** I4: the inbox positions that decisions carry never go back: the inbox was decided in order. */
export const inboxNeverGoesBack: Check = history => {
  const positions = new Map<string, number>()
  const found: Violation[] = []
  for (const record of history.topics.records) {
    if (record.headers.inbox === undefined) continue
    const place = `${record.topic}/${record.partition}`
    const position = Number(record.headers.inbox)
    const before = positions.get(place) ?? 0
    if (position < before) found.push({ text: `${place} goes back from inbox position ${before} to ${position}`, record })
    positions.set(place, position)
  }
  return found
}

/** I8: no transaction is left open: what is stable reaches to the end. */
export const noTransactionStaysOpen: Check = ({ topics }) =>
  topics.ends
    .filter(({ stable, end }) => stable !== end)
    .map(({ topic, partition, stable, end }) => ({ text: `${topic}/${partition} ends at ${end}, and only what is below ${stable} is settled` }))
