import { Aggregate, Apply, Handle, reject } from 'ottla'
import { BookShipment } from './shipment-commands.js'
import { ShipmentBooked } from './shipment-events.js'

/** The carrier takes no more pieces than this on the same day. */
const sameDayLimit = 10

/** The shipment of one order. */
@Aggregate('shipment')
export class Shipment {
  booked = false

  @Handle(BookShipment) book(command: BookShipment) {
    if (this.booked) throw reject('shipment-exists')
    if (command.shipMode === 'Same Day' && command.quantity > sameDayLimit) throw reject('carrier', { limit: sameDayLimit })
    return new ShipmentBooked({ ...command })
  }

  @Apply(ShipmentBooked) onBooked() {
    this.booked = true
  }
}
