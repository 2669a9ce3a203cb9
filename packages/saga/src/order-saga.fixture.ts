import { Command, Event, Field, Id, Message, type Rejection, t, Value } from '@ottla/core'
import { Compensate, Compensated, Completed, OnReply, Saga, StartsOn, Step } from './definition/saga-decorators.js'
import type { SagaReply } from './definition/saga-definition.js'

@Value('shop.Line')
export class Line extends Message<Line> {
  @Field(t.string) productId!: string
  @Field(t.int) quantity!: number
}

@Event('shop.OrderPlaced')
export class OrderPlaced extends Message<OrderPlaced> {
  @Field(t.string) orderId!: string
  @Field(t.array(Line)) lines!: Line[]
  @Field(t.decimal(14, 4)) total!: string
}

@Command('shop.ReserveStock')
export class ReserveStock extends Message<ReserveStock> {
  @Id(t.string) productId!: string
  @Field(t.string) orderId!: string
  @Field(t.int) quantity!: number
}

@Command('shop.ReleaseStock')
export class ReleaseStock extends Message<ReleaseStock> {
  @Id(t.string) productId!: string
  @Field(t.string) orderId!: string
}

@Command('shop.Charge')
export class Charge extends Message<Charge> {
  @Id(t.string) orderId!: string
  @Field(t.decimal(14, 4)) amount!: string
}

@Command('shop.Refund')
export class Refund extends Message<Refund> {
  @Id(t.string) orderId!: string
}

@Command('shop.Ship')
export class Ship extends Message<Ship> {
  @Id(t.string) orderId!: string
}

@Command('shop.Confirm')
export class Confirm extends Message<Confirm> {
  @Id(t.string) orderId!: string
}

@Command('shop.Cancel')
export class Cancel extends Message<Cancel> {
  @Id(t.string) orderId!: string
  @Field(t.string) reason!: string
}

export const shopCommands = [ReserveStock, ReleaseStock, Charge, Refund, Ship, Confirm, Cancel]

/** Stock in parallel, then the card, then the carrier, which has nothing to compensate. Free orders skip the card. */
@Saga('fulfil-order')
export class FulfilOrder {
  orderId = ''
  lines: Line[] = []
  total = '0'
  reserved: string[] = []

  @StartsOn(OrderPlaced) start({ orderId, lines, total }: OrderPlaced) {
    this.orderId = orderId
    this.lines = lines
    this.total = total
  }

  @Step({ timeout: '30s' }) reserve() {
    return this.lines.map(({ productId, quantity }) => new ReserveStock({ productId, orderId: this.orderId, quantity }))
  }

  @Compensate('reserve') release({ productId, orderId }: ReserveStock) {
    return new ReleaseStock({ productId, orderId })
  }

  @OnReply('reserve') noteReserved({ outcome, command }: SagaReply<ReserveStock>) {
    if (outcome === 'accepted') this.reserved.push(command.productId)
  }

  @Step({ timeout: 10_000, retry: 1 }) charge() {
    if (this.total !== '0') return new Charge({ orderId: this.orderId, amount: this.total })
  }

  @Compensate('charge') refund() {
    return new Refund({ orderId: this.orderId })
  }

  @Step() ship() {
    return new Ship({ orderId: this.orderId })
  }

  @Completed() confirm() {
    return new Confirm({ orderId: this.orderId })
  }

  @Compensated() cancel({ code }: Rejection) {
    return new Cancel({ orderId: this.orderId, reason: code })
  }
}

export function orderPlaced(products = ['p1', 'p2'], total = '19.9'): OrderPlaced {
  return new OrderPlaced({ orderId: 'o1', lines: products.map(productId => new Line({ productId, quantity: 1 })), total })
}
