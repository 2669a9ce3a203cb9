import { type App, messageDefinition, type Position } from 'ottla'
import { RefundPayment } from '../domain/payment/payment-commands.js'
import { PaymentRefunded } from '../domain/payment/payment-events.js'
import { ReleaseStock } from '../domain/stock/stock-commands.js'
import { StockReleased } from '../domain/stock/stock-events.js'

/** What the whole log holds, of this run and of earlier ones. */
export interface LogCount {
  /** Distinct commands that were accepted or rejected. */
  readonly commands: number
  /** Events of aggregates; not those of the saga. */
  readonly events: number
  /** Accepted commands that release stock or refund a payment. */
  readonly compensations: number
  /** Where the log ended in each shard. */
  readonly positions: readonly Position[]
}

const undoing = [ReleaseStock, RefundPayment].map(command => messageDefinition<object>(command).name)

/** Reads the log from its beginning to where it ends now. */
export async function countLog(app: App): Promise<LogCount> {
  const commands = new Set<string>()
  const compensations = new Set<string>()
  const positions = new Map<number, Position>()
  let events = 0
  for await (const { message, stream, commandId, topic, partition, offset } of app.events()) {
    positions.set(partition, { shard: partition, offsets: { ...positions.get(partition)?.offsets, [topic]: offset + 1 } })
    if (stream.participant === 'fulfil-order') continue
    events += 1
    commands.add(commandId)
    if (message instanceof StockReleased || message instanceof PaymentRefunded) compensations.add(commandId)
  }
  for await (const { commandType, stream, commandId, outcome } of app.outcomes()) {
    if (stream.participant === 'fulfil-order' || outcome === 'failed') continue
    commands.add(commandId)
    if (outcome === 'accepted' && undoing.includes(commandType)) compensations.add(commandId)
  }
  return { commands: commands.size, events, compensations: compensations.size, positions: [...positions.values()] }
}
