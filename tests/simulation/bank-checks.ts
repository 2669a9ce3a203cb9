import { type HistoryOptions, readEvents, readOutcomes, type StoredEvent, type StoredOutcome } from '@ottla/eventstore'
import type { BankRun } from './bank-run.js'
import { Deposited, TransferEnded, TransferStarted, Withdrawn } from './transfers.fixture.js'

/** Everything in the log, read by somebody who took no part. */
async function everything(history: HistoryOptions): Promise<{ events: StoredEvent[]; outcomes: StoredOutcome[] }> {
  const events: StoredEvent[] = []
  const outcomes: StoredOutcome[] = []
  for await (const event of readEvents(history)) events.push(event)
  for await (const outcome of readOutcomes(history)) outcomes.push(outcome)
  return { events, outcomes }
}

/** Every promise that the run has broken, in words; empty when it kept them all. */
export async function violations({ history, answers }: BankRun): Promise<string[]> {
  const { events, outcomes } = await everything(history)
  return [
    ...versionGaps(events),
    ...decidedTwice(events, outcomes),
    ...lostAnswers(events, outcomes, answers),
    ...moneyOutOfNothing(events),
    ...openSagas(events),
  ]
}

/** Promise 1: versions 1, 2, 3 … of each stream, in the order of the log. */
function versionGaps(events: readonly StoredEvent[]): string[] {
  const versions = new Map<string, number>()
  const found: string[] = []
  for (const { stream, version } of events) {
    const name = `${stream.participant}/${stream.id}`
    const expected = (versions.get(name) ?? 0) + 1
    if (version !== expected) found.push(`${name} has version ${version} where ${expected} was due`)
    versions.set(name, version)
  }
  return found
}

/** Promise 2: each command of an aggregate has either one run of events or one outcome. */
function decidedTwice(events: readonly StoredEvent[], outcomes: readonly StoredOutcome[]): string[] {
  const decisions = new Map<string, number>()
  const count = (name: string) => decisions.set(name, (decisions.get(name) ?? 0) + 1)
  for (const { stream, commandId, eventId } of events) if (eventId.endsWith('/0')) count(`${stream.participant}/${stream.id} ${commandId}`)
  for (const { stream, commandId } of outcomes) count(`${stream.participant}/${stream.id} ${commandId}`)
  return [...decisions].filter(([, times]) => times > 1).map(([name, times]) => `${name} was decided ${times} times`)
}

/** Promises 2 and 3: an answer is what the log says, and every further answer is the first one. */
function lostAnswers(events: readonly StoredEvent[], outcomes: readonly StoredOutcome[], answers: BankRun['answers']): string[] {
  const found: string[] = []
  for (const [id, { receipts }] of answers) {
    const left = events.filter(({ commandId, stream }) => commandId === id && stream.participant !== 'move-money')
    const outcome = outcomes.find(({ commandId }) => commandId === id)
    for (const receipt of receipts) {
      const logged = left.length > 0 ? 'accepted' : outcome?.outcome
      if (receipt.outcome !== logged) found.push(`${id} was answered ${receipt.outcome}, and the log says ${logged}`)
      if (receipt.outcome === 'accepted' && receipt.events.length !== left.length)
        found.push(`${id} was answered with ${receipt.events.length} events, and the log has ${left.length}`)
      if (left.length > 0 && receipt.version !== left.at(-1)?.version)
        found.push(`${id} was answered version ${receipt.version}, and the log says ${left.at(-1)?.version}`)
    }
  }
  return found
}

/** No account below zero at any moment, and what is there is what came in less what went out. */
function moneyOutOfNothing(events: readonly StoredEvent[]): string[] {
  const balances = new Map<string, number>()
  const found: string[] = []
  let outside = 0
  for (const { message, stream } of events) {
    const change = message instanceof Deposited ? message.amount : message instanceof Withdrawn ? -message.amount : 0
    if (change === 0) continue
    const balance = (balances.get(stream.id) ?? 0) + change
    if (balance < 0) found.push(`account ${stream.id} stands at ${balance}`)
    balances.set(stream.id, balance)
    if ((message as Deposited).transfer === '') outside += change
  }
  const inside = [...balances.values()].reduce((sum, balance) => sum + balance, 0)
  if (inside !== outside) found.push(`the accounts hold ${inside}, and ${outside} came in`)
  return found
}

/** Promise 5: every transfer that was started has ended, once. */
function openSagas(events: readonly StoredEvent[]): string[] {
  const open = new Map<string, number>()
  for (const { message } of events) {
    if (message instanceof TransferStarted) open.set(message.transfer, 0)
    if (message instanceof TransferEnded) open.set(message.transfer, (open.get(message.transfer) ?? 0) + 1)
  }
  return [...open].filter(([, ends]) => ends !== 1).map(([transfer, ends]) => `transfer ${transfer} ended ${ends} times`)
}
