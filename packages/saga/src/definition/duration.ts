/** A time span as people write it: `'30s'`, `'500ms'`, `'5m'`, `'2h'`, `'1d'`, or a number of milliseconds. */
export type Duration = number | `${number}${Unit}`

type Unit = 'ms' | 's' | 'm' | 'h' | 'd'

const milliseconds: Readonly<Record<Unit, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The span in milliseconds, or undefined when it is none: not a number above 0 with a unit. */
export function parseDuration(duration: Duration): number | undefined {
  const [, number = '', unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(duration)) ?? []
  const span = Number(number) * milliseconds[unit as Unit]
  return span > 0 && Number.isFinite(span) ? span : undefined
}
