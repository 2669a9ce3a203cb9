import { Event, Field, Message, t } from 'ottla'

@Event('shop.PaymentCharged')
export class PaymentCharged extends Message<PaymentCharged> {
  @Field() orderId!: string
  @Field(t.decimal(14, 4)) amount!: string
}

@Event('shop.PaymentRefunded')
export class PaymentRefunded extends Message<PaymentRefunded> {
  @Field() orderId!: string
  @Field(t.decimal(14, 4)) amount!: string
}
