// Made by ottla schema types from avsc/payments/payments.avsc: changes are lost when it is made anew.
import { t } from 'ottla'

/** The first bytes of the card's hash. */
export const CardHash = t.fixed('payments.CardHash', 4, { doc: "The first bytes of the card's hash." })
