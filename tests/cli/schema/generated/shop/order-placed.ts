// Made by ottla schema types from avsc/shop.avsc: changes are lost when it is made anew.
import { type Defaulted, Event, Field, Message, t } from 'ottla'
import { CardPayment } from '../payments/card-payment.js'
import { CashPayment } from '../payments/cash-payment.js'
import { OrderLine } from './order-line.js'
import { Status } from './status.js'

/**
 * An order was placed.
 * It isn't paid yet.
 */
@Event('shop.OrderPlaced', {
  aliases: ['shop.OrderMade', 'legacy.OrderPlaced'],
  doc: "An order was placed.\nIt isn't paid yet.",
})
export class OrderPlaced extends Message<OrderPlaced> {
  /** The order. */
  @Field(t.documented(t.uuid, 'The order.')) orderId!: string
  @Field(t.array(OrderLine)) lines!: OrderLine[]
  @Field(t.optional(t.union(CardPayment, CashPayment))) payment?: CardPayment | CashPayment
  @Field(t.withDefault(Status, 'OPEN')) status!: Defaulted<Status>
  @Field(t.renamed(t.withDefault(t.string, 'EUR'), 'money')) currency!: Defaulted<string>
  @Field(t.withDefault(t.long, 9007199254740993n)) points!: Defaulted<bigint>
  @Field(t.date) day!: string
  @Field(t.timestampMicros) placedAt!: bigint
  @Field(t.withDefault(t.map(t.optional(t.string)), {})) tags!: Defaulted<Record<string, string | undefined>>
  @Field(t.withDefault(t.union(t.string, t.null), 'none')) note?: string
}
