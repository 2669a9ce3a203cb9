import { FulfilOrder } from './domain/fulfil-order.js'
import { Order } from './domain/order/order.js'
import { Payment } from './domain/payment/payment.js'
import { Shipment } from './domain/shipment/shipment.js'
import { StockItem } from './domain/stock/stock-item.js'
import { OrderSteps } from './views/order-steps.js'
import { Orders } from './views/orders.js'
import { Payments } from './views/payments.js'
import { Revenue } from './views/revenue.js'
import { Stock } from './views/stock.js'

/** Names the app's topics. */
export const name = 'order-saga'

/** Everything that the shop consists of: its aggregates, its saga and its views. */
export const modules = [Order, StockItem, Payment, Shipment, FulfilOrder, Orders, OrderSteps, Payments, Stock, Revenue]
