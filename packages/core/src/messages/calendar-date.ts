const text = /^([+-]?\d{4,7})-(\d\d)-(\d\d)$/

/** The days of a date of the calendar since 1970-01-01 (the proleptic Gregorian calendar, as in Java and ISO 8601), or undefined where it is none that 32 bits hold. */
export function daysOfDate(date: string): number | undefined {
  const [, yearText = '', monthText = '', dayText = ''] = text.exec(date) ?? []
  const [year, month, day] = [Number(yearText), Number(monthText), Number(dayText)]
  if (!isSpelt(yearText, year) || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  const days = daysFromCivil(year, month, day)
  return days === (days | 0) ? days : undefined
}

/** The date so many days after 1970-01-01: `'2016-11-08'`; years beyond 9999 with a sign, as ISO 8601 and Java write them. */
export function dateOfDays(days: number): string {
  // Eras of 400 years, which begin on the first of March, so that the leap day is the last of its year.
  const since = days + 719_468
  const era = Math.floor(since / 146_097)
  const dayOfEra = since - era * 146_097
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${yearText(year)}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`
}

function daysFromCivil(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year
  const era = Math.floor(shiftedYear / 400)
  const yearOfEra = shiftedYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Each year has one spelling, so that equal dates are equal texts. */
function isSpelt(given: string, year: number): boolean {
  return given !== '' && yearText(year) === given
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0')
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(4, '0')}`
}
