/** The names of the headers that Ottla writes. They are part of the format on the log and never change. */
export const header = {
  /** Avro name of the message: `shop.OrderPlaced`. */
  type: 'type',
  /** Name of the aggregate or saga whose stream this belongs to; the record's key is its id. */
  stream: 'stream',
  /** The stream's version: that an event makes, that an outcome found. */
  version: 'version',
  /** Id of the command (or message to a saga) that was decided or is to be decided. */
  command: 'command',
  /** Type of that command. */
  commandType: 'command-type',
  /** Which event of its command this is; absent for the first. */
  index: 'index',
  /** Digest of that command's type and content: tells a command that is sent again from another one with its id. */
  fingerprint: 'fingerprint',
  /** Absent where it equals the command's id. */
  correlation: 'correlation',
  /** On the last event or outcome of a transaction: the inbox offset that it commits. */
  inbox: 'inbox',
  /** Of an outcome: accepted, rejected or failed. */
  outcome: 'outcome',
  /** Of an inbox record: command, reply or event. */
  message: 'message',
  /** Of a command that a saga sent: the saga's name and id, to answer to. */
  replyTo: 'reply-to',
  replyKey: 'reply-key',
  /** Of a command whose sender waits on another node, and of the answer: which of that node's calls it is, and which attempt at it. */
  call: 'call',
  attempt: 'attempt',
  /** Of such a command: the node's id, its partition of the replies, and when it stops waiting in milliseconds since 1970. */
  caller: 'caller',
  callerPartition: 'caller-partition',
  deadline: 'deadline',
  /** Of a message that its shard's owner did not know and has left to a newer node: since when, in milliseconds since 1970. */
  since: 'since',
  /** Of a message to a saga: the saga's name. */
  saga: 'saga',
} as const
