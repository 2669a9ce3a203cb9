import { dateOfDays, daysOfDate } from '@ottla/core'
import type { Type } from 'avsc'
import { IntType } from './int-type.js'
import { ScalarType } from './scalar-type.js'
import type { Resolver, Tap } from './tap.js'
import { readInt } from './wide-long.js'

/** Days of the calendar as text, every one that 32 bits hold. */
export class DateType extends ScalarType<string> {
  constructor() {
    super('int', "a date such as '2016-11-08'")
  }

  _read(tap: Tap): string {
    return dateOfDays(readInt(tap))
  }

  _write(tap: Tap, value: unknown): void {
    const days = typeof value === 'string' ? daysOfDate(value) : undefined
    if (days === undefined) throw this.unfit()
    tap.writeLong(days)
  }

  _skip(tap: Tap): void {
    tap.skipLong()
  }

  _update(resolver: Resolver, writer: Type): void {
    if (writer instanceof DateType || writer instanceof IntType) resolver._read = tap => this._read(tap)
  }

  fromDefault(json: unknown): string {
    if (json !== ((json as number) | 0)) throw this.unfit()
    return dateOfDays(json as number)
  }
}
