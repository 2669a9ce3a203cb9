import { On, Projection, type View } from 'ottla'
import { PaymentCharged, PaymentRefunded } from '../domain/payment/payment-events.js'

/** What was charged, and whether it was kept. */
@Projection('payments', {
  schema: 'create table payments (order_id text primary key, status text not null, amount text not null)',
})
export class Payments {
  @On(PaymentCharged) charged({ orderId, amount }: PaymentCharged, view: View) {
    view.insert('payments', { order_id: orderId, status: 'charged', amount })
  }

  @On(PaymentRefunded) refunded({ orderId }: PaymentRefunded, view: View) {
    view.update('payments', orderId, { status: 'refunded' })
  }
}
