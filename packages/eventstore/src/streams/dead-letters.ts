import type { Log } from '../log/log.js'
import { type DeadLetter, deadLetter } from '../records/dead-letter-record.js'
import { appTopics } from '../records/topics.js'
import { scanTopic } from './log-scan.js'

/** The records of an app that were set aside and not discarded, each once, in the order in which that happened; empty where the app has never had a topic for them. */
export async function readDeadLetters({ app, log }: { readonly app: string; readonly log: Log }): Promise<DeadLetter[]> {
  const topic = appTopics(app).deadLetters
  const letters = new Map<string, DeadLetter>()
  const exists = (await log.admin.listTopics()).some(({ name }) => name === topic)
  if (!exists) return []
  for await (const record of scanTopic({ log, topic })) {
    if (record.key === null) continue
    const letter = deadLetter(record)
    const known = letters.get(record.key)
    letters.delete(record.key)
    // The first time counts: whoever reads a log anew sets the same records aside again.
    if (letter) letters.set(record.key, known ? { ...letter, setAsideAt: known.setAsideAt } : letter)
  }
  return [...letters.values()].sort((a, b) => a.setAsideAt - b.setAsideAt || (a.id < b.id ? -1 : 1))
}
