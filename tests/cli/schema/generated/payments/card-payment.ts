// Made by ottla schema types from avsc/payments/payments.avsc: changes are lost when it is made anew.
import { Field, type Later, Message, t, Value } from 'ottla'
import { CardHash } from './card-hash.js'
import { Receipt } from './receipt.js'

const laterReceipt = t.later(() => Receipt)

@Value('payments.CardPayment')
export class CardPayment extends Message<CardPayment> {
  @Field(CardHash) card!: Uint8Array
  @Field(t.union(t.null, laterReceipt)) paid?: Later<Receipt>
}
