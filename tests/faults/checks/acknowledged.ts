import type { AskedCommand, Check, History, LoggedRecord, Violation } from './history.js'
import { recordsOf } from './history.js'

/** I1: what a client was told is what the log says, with the same version and as many events; so no acknowledged command is lost. */
export const noAnswerIsLost: Check = history => {
  const decisions = decisionsById(history)
  return history.commands.flatMap(command => command.answers.flatMap(answer => differences(command, answer, decisions.get(command.id) ?? [])))
}

/** I1: every client has its answer in the end; a fate that was unknown is known after asking again. */
export const noFateStaysUnknown: Check = ({ commands }) =>
  commands.filter(({ answers }) => answers.length === 0).map(({ id, type }) => ({ text: `${type} ${id} has no answer` }))

/** I1: whoever asks again with the same id is told the same. */
export const answersStayTheSame: Check = ({ commands }) =>
  commands.flatMap(({ id, answers: [first, ...others] }) =>
    others
      .filter(other => JSON.stringify(other) !== JSON.stringify(first))
      .map(other => ({ text: `${id} was answered ${JSON.stringify(first)}, and then ${JSON.stringify(other)}` })),
  )

function decisionsById(history: History): ReadonlyMap<string, readonly LoggedRecord[]> {
  const decisions = new Map<string, LoggedRecord[]>()
  for (const record of [...recordsOf(history, 'events'), ...recordsOf(history, 'outcomes')]) {
    // A saga's events name the message that it reacted to, which is no decision of that command.
    if (record.headers.stream === 'move-money') continue
    const id = record.headers.command ?? ''
    const known = decisions.get(id)
    if (known) known.push(record)
    else decisions.set(id, [record])
  }
  return decisions
}

function differences({ id, type }: AskedCommand, answer: AskedCommand['answers'][number], records: readonly LoggedRecord[]): Violation[] {
  const found: Violation[] = []
  const [first] = records
  const differs = (what: string, logged: unknown) =>
    found.push({ text: `${type} ${id} was answered ${what}, and the log says ${logged}`, ...(first && { record: first }) })
  const outcomes = records.filter(({ headers }) => headers.outcome !== undefined)
  const events = records.length - outcomes.length
  const logged = events > 0 ? 'accepted' : outcomes[0]?.headers.outcome
  if (answer.outcome !== logged) differs(answer.outcome, logged ?? 'nothing')
  else if (answer.events !== events) differs(`${answer.events} events`, events)
  else if (answer.version !== Number(records.at(-1)?.headers.version ?? 0)) differs(`version ${answer.version}`, records.at(-1)?.headers.version)
  return found
}
