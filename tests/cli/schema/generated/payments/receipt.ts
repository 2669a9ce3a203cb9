// Made by ottla schema types from avsc/payments/payments.avsc: changes are lost when it is made anew.
import { type Defaulted, Field, type Later, Message, t, Value } from 'ottla'
import { CardPayment } from './card-payment.js'

const laterCardPayment = t.later(() => CardPayment)

@Value('payments.Receipt')
export class Receipt extends Message<Receipt> {
  @Field(t.optional(laterCardPayment)) replaces?: Later<CardPayment>
  @Field(t.withDefault(t.timestamp, new Date('1970-01-01T00:00:00.000Z'))) at!: Defaulted<Date>
}
