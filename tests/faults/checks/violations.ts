import { answersStayTheSame, noAnswerIsLost, noFateStaysUnknown } from './acknowledged.js'
import { nothingIsDecidedTwice, outcomesNameVersionsThatExist, versionsHaveNoGap } from './decisions.js'
import type { Check, History, LoggedRecord } from './history.js'
import { inboxIsDecidedToItsEnd, inboxNeverGoesBack, noTransactionStaysOpen } from './inbox.js'
import { moneyIsKeptAtAnyMoment, moneyIsWhatClientsWereTold, noAccountIsOverdrawn, viewsAreWhatTheLogSays } from './money.js'
import { everySagaEnds } from './sagas.js'

/** I9: no unhandled rejection, no exit that nobody asked for, no app that cannot go on. */
export const nothingBreaksDown: Check = ({ breakdowns }) => breakdowns.map(({ node, message }) => ({ text: `${node}: ${message}` }))

/** Every check, by the invariant that it belongs to. */
export const checks = {
  'I1 no answer is lost': noAnswerIsLost,
  'I1 no fate stays unknown': noFateStaysUnknown,
  'I1 answers stay the same': answersStayTheSame,
  'I1 nothing is decided twice': nothingIsDecidedTwice,
  'I2 versions have no gap': versionsHaveNoGap,
  'I2 outcomes name versions that exist': outcomesNameVersionsThatExist,
  'I3 the inbox is decided to its end': inboxIsDecidedToItsEnd,
  'I4 the inbox never goes back': inboxNeverGoesBack,
  'I6 views are what the log says': viewsAreWhatTheLogSays,
  'I7 no account is overdrawn': noAccountIsOverdrawn,
  'I7 money is kept at any moment': moneyIsKeptAtAnyMoment,
  'I7 money is what clients were told': moneyIsWhatClientsWereTold,
  'I7 every saga ends': everySagaEnds,
  'I8 no transaction stays open': noTransactionStaysOpen,
  'I9 nothing breaks down': nothingBreaksDown,
} satisfies Readonly<Record<string, Check>>

/** Every promise that a run has broken, in words: at most five of each, the first bad record with its neighbours. Empty when it kept them all. */
export function violations(history: History): string[] {
  return Object.entries(checks).flatMap(([name, check]) => {
    const found = check(history)
    const more = found.length > 5 ? [`${name}: and ${found.length - 5} more`] : []
    const first = found.find(({ record }) => record)?.record
    return [...found.slice(0, 5).map(({ text }) => `${name}: ${text}`), ...more, ...(first ? neighbours(history, first) : [])]
  })
}

function neighbours({ topics }: History, bad: LoggedRecord): string[] {
  const partition = topics.records.filter(({ topic, partition }) => topic === bad.topic && partition === bad.partition)
  const index = partition.indexOf(bad)
  return partition.slice(Math.max(0, index - 3), index + 4).map(record => `  ${record === bad ? '>' : ' '} ${line(record)}`)
}

function line({ topic, partition, offset, timestamp, key, headers, fields }: LoggedRecord): string {
  const text = Object.entries(headers).map(([name, value]) => `${name}=${value}`)
  return `${topic}/${partition}@${offset} ${new Date(timestamp).toISOString()} ${key} ${text.join(' ')} ${JSON.stringify(fields)}`
}
