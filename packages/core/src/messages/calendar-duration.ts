/** A span of time as Avro has it. A month has no fixed number of days and a day no fixed number of hours, so the three stay apart. Whole numbers from 0 to 2^32 - 1. */
export interface CalendarDuration {
  readonly months: number
  readonly days: number
  readonly milliseconds: number
}
