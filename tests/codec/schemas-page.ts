import { type Defaulted, Event, Field, type Later, Message, t, Value } from 'ottla'

@Value('shop.CardPayment')
class CardPayment extends Message<CardPayment> {
  @Field(t.string) card!: string
}

@Value('shop.CashPayment')
class CashPayment extends Message<CashPayment> {
  @Field(t.decimal(14, 2)) given!: string
}

@Event('shop.OrderPaid', { doc: 'The whole price of an order was paid.' })
export class OrderPaid extends Message<OrderPaid> {
  @Field(t.uuid) orderId!: string
  @Field(t.union(CardPayment, CashPayment)) payment!: CardPayment | CashPayment
  @Field(t.timestampMicros) paidAt!: bigint
  @Field(t.withDefault(t.string, 'EUR')) currency!: Defaulted<string>
  @Field(t.optional(t.string)) note?: string
}

@Value('shop.Category')
class Category extends Message<Category> {
  @Field(t.array(t.later(() => Product))) products!: Later<Product>[]
}

@Value('shop.Product')
class Product extends Message<Product> {
  @Field(t.optional(Category)) category?: Category
}

export const pageClasses = [CardPayment, CashPayment, OrderPaid, Category, Product] as const
