import { Command, Field, Id, Message, t } from 'ottla'

/** Books the carrier for the pieces of an order. */
@Command('shop.BookShipment')
export class BookShipment extends Message<BookShipment> {
  @Id() orderId!: string
  @Field() shipMode!: string
  @Field(t.int) quantity!: number
}
