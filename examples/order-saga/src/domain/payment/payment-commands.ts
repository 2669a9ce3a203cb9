import { Command, Field, Id, Message, t } from 'ottla'

/** Takes the amount of an order from the customer's card. */
@Command('shop.ChargePayment')
export class ChargePayment extends Message<ChargePayment> {
  @Id() orderId!: string
  @Field(t.decimal(14, 4)) amount!: string
}

/** Gives back what was charged for an order, if anything was. */
@Command('shop.RefundPayment')
export class RefundPayment extends Message<RefundPayment> {
  @Id() orderId!: string
}
