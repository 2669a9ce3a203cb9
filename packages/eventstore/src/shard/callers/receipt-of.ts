import type { Receipt } from '@ottla/core'
import type { AppTopics } from '../../records/topics.js'
import type { DecidedCommand } from '../../state/decided-command.js'

/** The receipt of a decided command, whose position covers the transaction that decided it. */
export function receiptOf(
  decided: DecidedCommand,
  { shard, topics }: { readonly shard: number; readonly topics: AppTopics },
  events: readonly object[],
  duplicate: boolean,
): Receipt {
  const common = {
    commandId: decided.id,
    aggregate: decided.participant,
    key: decided.key,
    version: decided.to,
    position: { shard, offsets: { [topics.events]: decided.eventsEnd, [topics.outcomes]: decided.outcomesEnd } },
    duplicate,
  }
  if (decided.outcome === 'accepted') return { ...common, outcome: 'accepted', events }
  if (decided.outcome === 'failed') return { ...common, outcome: 'failed', error: { code: decided.code ?? '', message: decided.details ?? '' } }
  return { ...common, outcome: 'rejected', reason: { code: decided.code ?? '', details: JSON.parse(decided.details ?? '{}') as Record<string, unknown> } }
}
