// Made by ottla schema types from avsc/payments/payments.avsc: changes are lost when it is made anew.
import { type Defaulted, Field, type Later, Message, t, Value } from 'ottla'
import { CardHash } from './card-hash.js'

const laterReceipt = t.later(() => Receipt)

@Value('payments.CardPayment')
export class CardPayment extends Message<CardPayment> {
  @Field(CardHash) card!: Uint8Array
  @Field(t.union(t.null, laterReceipt)) paid?: Later<Receipt>
}

@Value('payments.Receipt')
export class Receipt extends Message<Receipt> {
  @Field(t.optional(CardPayment)) replaces?: CardPayment
  @Field(t.withDefault(t.timestamp, new Date('1970-01-01T00:00:00.000Z'))) at!: Defaulted<Date>
}
