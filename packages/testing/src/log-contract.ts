import { commitFacts } from './log-contract/commit-facts.js'
import { fencingFacts } from './log-contract/fencing-facts.js'
import { groupFacts } from './log-contract/group-facts.js'
import type { LogFact } from './log-contract/log-fact.js'
import { memberFacts } from './log-contract/member-facts.js'
import { producerFacts } from './log-contract/producer-facts.js'
import { readerFacts } from './log-contract/reader-facts.js'
import { orderlyRebalanceFacts, rebalanceFacts } from './log-contract/rebalance-facts.js'
import { restartFacts } from './log-contract/restart-facts.js'
import { topicFacts } from './log-contract/topic-facts.js'

/**
 * The contract suite of the `Log` port. An implementation's test is a loop: `for (const { name, run } of logContract) test(name, () => run(open))`.
 * Facts use topics, groups and writers of their own, so `open` may give the same log again and again.
 */
export const logContract: readonly LogFact[] = [
  ...topicFacts,
  ...commitFacts,
  ...fencingFacts,
  ...readerFacts,
  ...producerFacts,
  ...memberFacts,
  ...rebalanceFacts,
  ...groupFacts,
  ...restartFacts,
]

/** What logs promise beyond that when all members of their groups live in one process: `revoked` is awaited. */
export const oneProcessLogContract: readonly LogFact[] = orderlyRebalanceFacts
