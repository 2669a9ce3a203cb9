import { header, type LogRecord, partitionKey, type StoredEvent, type StoredOutcome } from '@ottla/eventstore'
import { nameOf } from './auditor.js'
import { app } from './bank-node.js'
import type { BankRun } from './bank-run.js'
import type { Finding, Invariant } from './finding.js'
import { committedRecords, topics } from './progress.js'
import { inboxPositionOf, type RunHistory, readHistory } from './run-history.js'
import { Deposited, TransferEnded, TransferStarted, Withdrawn } from './transfers.fixture.js'

/** Each invariant is a check of its own, so that a finding says which promise was broken. */
export const checks: Readonly<Record<Invariant, (history: RunHistory) => Finding[]>> = {
  I1: history => [...decidedTwice(history), ...undecided(history)],
  I2: versionGaps,
  I3: history => [...answersDiffer(history), ...positionsDiffer(history)],
  I4: orderChanged,
  I5: readerDiffers,
  I6: ({ run }) => run.view?.findings ?? [],
  I7: history => [...moneyOutOfNothing(history), ...sagasUndone(history)],
  I8: ({ run }) => run.undone.map(what => ({ invariant: 'I8', what: `${what} ${run.drained} ms after the faults had ended` })),
  I9: ({ run }) => run.failures.map(error => ({ invariant: 'I9', what: `a node or a client failed: ${error.stack}` })),
}

/** Everything that the run has broken; empty when it kept all promises. */
export async function findings(run: BankRun): Promise<Finding[]> {
  // A run that broke off can leave a transaction open, and no reader of what is committed gets past that.
  const history = run.broker.transactions.open === 0 ? await readHistory(run) : { run, events: [], outcomes: [], shards: [] }
  return Object.values(checks).flatMap(check => check(history))
}

/** What a person needs to find the cause: the seed, what was broken, the first bad record with its neighbours, what the nemesis did. */
export function report({ seed, broker, nemesisLog }: BankRun, found: readonly Finding[]): string {
  const at = found.find(finding => finding.at)?.at
  const records = at ? (committedRecords(broker, at.topic)[at.partition] ?? []) : []
  const place = records.findIndex(({ offset }) => offset === at?.offset)
  const neighbours = records
    .slice(Math.max(0, place - 3), place + 4)
    .map(record => `  ${record === records[place] ? '>' : ' '} ${record.offset} ${nameOf(record)}`)
  return [
    `Seed ${seed} broke ${[...new Set(found.map(({ invariant }) => invariant))].join(', ')}:`,
    ...found.slice(0, 12).map(({ invariant, what, at: where }) => `  ${invariant}: ${what}${where ? ` (${partitionKey(where)}@${where.offset})` : ''}`),
    ...(at ? [`The first bad record among its neighbours in ${partitionKey(at)}:`, ...neighbours] : []),
    'The nemesis:',
    ...nemesisLog.map(line => `  ${line}`),
  ].join('\n')
}

type Decision = StoredEvent | StoredOutcome

function nameOfStream({ participant, id }: Decision['stream']): string {
  return `${participant}/${id}`
}

/** The first event or the outcome of each decided command and message, in the order of the log. */
function decisions({ events, outcomes }: RunHistory): Map<string, Decision[]> {
  const first = events.filter(({ eventId }) => eventId.endsWith('/0'))
  return Map.groupBy([...first, ...outcomes], ({ stream, commandId }) => `${nameOfStream(stream)} ${commandId}`)
}

/** I1: a command has either one run of events or one outcome. */
function decidedTwice(history: RunHistory): Finding[] {
  return [...decisions(history)]
    .filter(([, times]) => times.length > 1)
    .map(([name, times]) => ({ invariant: 'I1', what: `${name} was decided ${times.length} times`, at: times[1] }))
}

/** I1: every command in the inbox below the committed offset was decided, and every command that a client was told about. */
function undecided({ shards, events, outcomes, run }: RunHistory): Finding[] {
  const decided = new Set([...events, ...outcomes].map(({ commandId }) => commandId))
  const found: Finding[] = []
  for (const record of shards.flatMap(({ inbox }) => inbox)) {
    const id = record.headers[header.command] as string
    const committed = run.broker.committed(app, record) ?? 0
    if (record.headers[header.message] !== 'command' || record.offset >= committed || decided.has(id)) continue
    found.push({ invariant: 'I1', what: `${id} was passed over in the inbox, and nothing was decided`, at: record })
  }
  for (const [id, { receipts }] of run.asked) {
    if (receipts.length > 0 && !decided.has(id)) found.push({ invariant: 'I1', what: `${id} was answered, and nothing of it is in the log` })
  }
  return found
}

/** I2: versions 1, 2, 3 … of each stream, in the order of the log. */
function versionGaps({ events }: RunHistory): Finding[] {
  const versions = new Map<string, number>()
  const found: Finding[] = []
  for (const event of events) {
    const name = nameOfStream(event.stream)
    const expected = (versions.get(name) ?? 0) + 1
    if (event.version !== expected) found.push({ invariant: 'I2', what: `${name} has version ${event.version} where ${expected} was due`, at: event })
    versions.set(name, event.version)
  }
  return found
}

/** I3: an answer is what the log says, and every further answer is the first one. */
function answersDiffer({ events, outcomes, run }: RunHistory): Finding[] {
  const left = Map.groupBy(
    events.filter(({ stream }) => stream.participant !== 'move-money'),
    ({ commandId }) => commandId,
  )
  const outcomeOf = new Map(outcomes.map(outcome => [outcome.commandId, outcome]))
  const found: Finding[] = []
  for (const [id, { receipts }] of run.asked) {
    const own = left.get(id) ?? []
    const logged = own.length > 0 ? 'accepted' : outcomeOf.get(id)?.outcome
    const at = own[0] ?? outcomeOf.get(id)
    for (const receipt of receipts) {
      if (receipt.outcome !== logged) found.push({ invariant: 'I3', what: `${id} was answered ${receipt.outcome}, and the log says ${logged}`, at })
      if (receipt.outcome === 'accepted' && receipt.events.length !== own.length)
        found.push({ invariant: 'I3', what: `${id} was answered with ${receipt.events.length} events, and the log has ${own.length}`, at })
      if (own.length > 0 && receipt.version !== own.at(-1)?.version)
        found.push({ invariant: 'I3', what: `${id} was answered version ${receipt.version}, and the log says ${own.at(-1)?.version}`, at })
    }
  }
  return found
}

/** I3: the inbox positions that the transactions carry only grow, and the greatest is not beyond the group's. */
function positionsDiffer({ shards, run }: RunHistory): Finding[] {
  const found: Finding[] = []
  for (const [partition, { events, outcomes }] of shards.entries()) {
    const committed = run.broker.committed(app, { topic: topics.commands, partition }) ?? 0
    for (const records of [events, outcomes]) {
      let last = 0
      for (const record of records) {
        const position = inboxPositionOf(record)
        if (position === undefined) continue
        if (position < last) found.push({ invariant: 'I3', what: `the inbox went back from ${last} to ${position}`, at: record })
        if (position > committed) found.push({ invariant: 'I3', what: `the inbox stood at ${position}, and the group has committed ${committed}`, at: record })
        last = position
      }
    }
  }
  return found
}

/** I4: what sagas sent to one key through the inbox was decided in that order. A client's command may have been decided before it came there, when it was sent on. */
function orderChanged({ shards }: RunHistory): Finding[] {
  const found: Finding[] = []
  for (const { inbox, events, outcomes } of shards) {
    const commands = inbox.filter(({ headers }) => headers[header.message] === 'command')
    const times = Map.groupBy(commands, idOf)
    const places = new Map(commands.map(record => [idOf(record), record.offset]))
    const comparable = (id: string) => id.startsWith('move-money/') && times.get(id)?.length === 1
    for (const records of [events, outcomes]) found.push(...turnedRound(records, id => (comparable(id) ? places.get(id) : undefined)))
  }
  return found
}

function turnedRound(records: readonly LogRecord[], placeOf: (id: string) => number | undefined): Finding[] {
  const last = new Map<string, number>()
  const found: Finding[] = []
  for (const record of records) {
    const place = placeOf(idOf(record))
    if (place === undefined || record.headers[header.stream] === 'move-money') continue
    const before = last.get(record.key ?? '') ?? -1
    if (place < before) found.push({ invariant: 'I4', what: `${idOf(record)} came at ${place} and was decided after what came at ${before}`, at: record })
    last.set(record.key ?? '', place)
  }
  return found
}

function idOf({ headers }: LogRecord): string {
  return headers[header.command] as string
}

/** I5: who read along saw what is in the log, all of it and nothing else. */
function readerDiffers({ run, shards }: RunHistory): Finding[] {
  const final = new Map(
    shards.flatMap(({ events, outcomes, inbox }) => [...events, ...outcomes, ...inbox]).map(record => [`${partitionKey(record)}@${record.offset}`, record]),
  )
  const found: Finding[] = []
  for (const [place, name] of run.auditor.seen) {
    const record = final.get(place)
    if (run.broker.aborted.has(place)) found.push({ invariant: 'I5', what: `a reader saw ${name} at ${place}, which was aborted` })
    else if (!record || nameOf(record) !== name)
      found.push({ invariant: 'I5', what: `a reader saw ${name} at ${place}, and the log has ${record ? nameOf(record) : 'nothing'}` })
  }
  for (const [place, record] of final) if (!run.auditor.seen.has(place)) found.push({ invariant: 'I5', what: `no reader saw ${nameOf(record)}`, at: record })
  return found
}

/** I7: no account below zero at any moment, and what is there is what came in less what went out and what is on its way. */
function moneyOutOfNothing({ events }: RunHistory): Finding[] {
  const balances = new Map<string, number>()
  const found: Finding[] = []
  let [outside, onTheWay] = [0, 0]
  for (const event of events) {
    const { message, stream } = event
    const change = message instanceof Deposited ? message.amount : message instanceof Withdrawn ? -message.amount : 0
    if (change === 0) continue
    const balance = (balances.get(stream.id) ?? 0) + change
    if (balance < 0) found.push({ invariant: 'I7', what: `account ${stream.id} stands at ${balance}`, at: event })
    balances.set(stream.id, balance)
    if ((message as Deposited).transfer === '') outside += change
    else onTheWay -= change
  }
  const inside = [...balances.values()].reduce((sum, balance) => sum + balance, 0)
  if (inside + onTheWay !== outside) found.push({ invariant: 'I7', what: `the accounts hold ${inside}, ${onTheWay} is on its way, and ${outside} came in` })
  return found
}

/** I7: every transfer ended once, and moved its money once or not at all. */
function sagasUndone({ events, run }: RunHistory): Finding[] {
  const found: Finding[] = []
  const steps = Map.groupBy(
    events.filter(({ message }) => message instanceof Deposited || message instanceof Withdrawn || message instanceof TransferEnded),
    ({ message }) => (message as Deposited).transfer,
  )
  for (const event of events) {
    const { message, type } = event
    if (type === 'ottla.saga.SagaParked') found.push({ invariant: 'I7', what: `saga ${event.stream.id} is parked`, at: event })
    if (!(message instanceof TransferStarted)) continue
    const done = steps.get(message.transfer) ?? []
    const moved = done.filter(step => !(step.message instanceof TransferEnded))
    const path = moved.map(step => `${step.message instanceof Withdrawn ? '-' : '+'}${step.stream.id}`)
    const ends = done.flatMap(step => (step.message instanceof TransferEnded ? [step.message.how] : []))
    if (ends.length === 0 && run.undone.length > 0) continue
    const right = ends[0] === 'completed' ? [`-${message.from},+${message.to}`] : ['', `-${message.from},+${message.from}`]
    // Shards are read one after another: of two accounts only the set of movements can be compared.
    const isRight = right.some(wanted => wanted.split(',').toSorted().join() === path.toSorted().join())
    if (ends.length !== 1 || !isRight)
      found.push({
        invariant: 'I7',
        what: `transfer ${message.transfer} ended ${ends.join(' and ') || 'never'} with ${path.join(' ') || 'no movement'}`,
        at: event,
      })
    const backBeforeOut = moved.findIndex(step => step.message instanceof Deposited && step.stream.id === message.from && ends[0] === 'compensated')
    if (backBeforeOut >= 0 && !(moved[backBeforeOut - 1]?.message instanceof Withdrawn))
      found.push({ invariant: 'I7', what: `transfer ${message.transfer} gave back what it had not taken`, at: moved[backBeforeOut] })
  }
  return found
}
