import { Command, Field, Id, Message, t } from 'ottla'

/** The first stock of a product arrives. */
@Command('shop.ReceiveStock')
export class ReceiveStock extends Message<ReceiveStock> {
  @Id() productId!: string
  @Field(t.int) quantity!: number
}

/** Sets pieces of a product aside for an order. */
@Command('shop.ReserveStock')
export class ReserveStock extends Message<ReserveStock> {
  @Id() productId!: string
  @Field() orderId!: string
  @Field(t.int) quantity!: number
}

/** Gives back what is set aside for an order, if anything is. */
@Command('shop.ReleaseStock')
export class ReleaseStock extends Message<ReleaseStock> {
  @Id() productId!: string
  @Field() orderId!: string
}
