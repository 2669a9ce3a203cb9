// Made by ottla schema types from avsc/payments/payments.avsc: changes are lost when it is made anew.
import { type Defaulted, Field, Message, t, Value } from 'ottla'
import { Money } from './money.js'

@Value('payments.CashPayment')
export class CashPayment extends Message<CashPayment> {
  @Field(t.withDefault(Money, '1.50')) given!: Defaulted<string>
}
