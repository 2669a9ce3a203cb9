// Made by ottla schema types from avsc/payments/payments.avsc: changes are lost when it is made anew.
import { t } from 'ottla'

export const Money = t.fixedDecimal('payments.Money', 8, 18, 2)
