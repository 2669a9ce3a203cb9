// Made by ottla schema types from avsc/shop.avsc: changes are lost when it is made anew.
import { type TypeOf, t } from 'ottla'

/** How far an order is. */
export const Status = t.enum('shop.Status', ['OPEN', 'PAID', 'UNKNOWN'], { default: 'UNKNOWN', doc: 'How far an order is.' })

export type Status = TypeOf<typeof Status>
