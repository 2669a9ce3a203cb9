import { Aggregate, Apply, Handle, reject } from 'ottla'
import { exceeds } from '../money.js'
import { ChargePayment, RefundPayment } from './payment-commands.js'
import { PaymentCharged, PaymentRefunded } from './payment-events.js'

/** The card is declined when an order costs more. */
const cardLimit = '2500.00'

/** The payment of one order. */
@Aggregate('payment')
export class Payment {
  status: 'none' | 'charged' | 'refunded' = 'none'
  amount = '0'

  @Handle(ChargePayment) charge(command: ChargePayment) {
    if (this.status !== 'none') throw reject('payment-exists', { status: this.status })
    if (exceeds(command.amount, cardLimit)) throw reject('card', { limit: cardLimit })
    return new PaymentCharged({ ...command })
  }

  @Handle(RefundPayment) refund({ orderId }: RefundPayment) {
    if (this.status === 'charged') return new PaymentRefunded({ orderId, amount: this.amount })
  }

  @Apply(PaymentCharged) charged({ amount }: PaymentCharged) {
    this.status = 'charged'
    this.amount = amount
  }

  @Apply(PaymentRefunded) refunded() {
    this.status = 'refunded'
  }
}
