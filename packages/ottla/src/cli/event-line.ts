import type { ListedEvent } from './listed-event.js'
import { plainJson } from './plain-json.js'

/** How wide the columns before the event's own fields are; a longer value moves those behind it. */
const widths = { time: 24, stream: 32, version: 7, event: 28 } as const

/** The line above the lines of `eventLine`. */
export const eventsHead = columns('Time', 'Stream', 'Version', 'Event', 'Fields')

/** An event in one line of at most `width` characters: where that is undefined, nothing is cut off. */
export function eventLine({ timestamp, stream, version, type, message, problem }: ListedEvent, width?: number): string {
  const fields = problem ?? plainJson(message)
  const line = columns(new Date(timestamp).toISOString(), `${stream.participant}/${stream.id}`, String(version), type, fields)
  return width !== undefined && line.length > width ? `${line.slice(0, width - 1)}…` : line
}

function columns(time: string, stream: string, version: string, event: string, fields: string): string {
  return `${time.padEnd(widths.time)}  ${stream.padEnd(widths.stream)}  ${version.padStart(widths.version)}  ${event.padEnd(widths.event)}  ${fields}`
}
