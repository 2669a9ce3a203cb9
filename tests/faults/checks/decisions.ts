import { type Check, recordsOf, streamOf, type Violation } from './history.js'

/** I1: each command (and each message to a saga) leaves one run of events or one outcome, in its stream, once. */
export const nothingIsDecidedTwice: Check = history => {
  const seen = new Map<string, number>()
  const found: Violation[] = []
  for (const record of [...recordsOf(history, 'events'), ...recordsOf(history, 'outcomes')]) {
    // Of a run of events the later ones have an index: they may be there twice only with the first.
    const decision = `${record.headers.command} of ${streamOf(record)}${record.headers.index ? ` event ${record.headers.index}` : ''}`
    const times = (seen.get(decision) ?? 0) + 1
    seen.set(decision, times)
    if (times === 2) found.push({ text: `${decision} was decided twice`, record })
  }
  return found
}

/** I2: versions 1, 2, 3 … of each stream, in the order of the log. */
export const versionsHaveNoGap: Check = history => {
  const versions = new Map<string, number>()
  const found: Violation[] = []
  for (const record of recordsOf(history, 'events')) {
    const stream = streamOf(record)
    const due = (versions.get(stream) ?? 0) + 1
    const version = Number(record.headers.version)
    if (version !== due) found.push({ text: `${stream} has version ${version} where ${due} was due`, record })
    versions.set(stream, version)
  }
  return found
}

/** I2: an outcome names a version that its stream had by then: what is refused changes none. */
export const outcomesNameVersionsThatExist: Check = history => {
  const versions = new Map<string, number>()
  for (const record of recordsOf(history, 'events')) versions.set(streamOf(record), Number(record.headers.version))
  return recordsOf(history, 'outcomes')
    .filter(record => Number(record.headers.version) > (versions.get(streamOf(record)) ?? 0))
    .map(record => ({ text: `${record.headers.command} found version ${record.headers.version} of ${streamOf(record)}, which never had it`, record }))
}
