/** Names a stream: the aggregate's or saga's name and its id. */
export interface StreamName {
  readonly participant: string
  readonly id: string
}

/** The name of a stream among all of an app, as one text. */
export function streamKey(participant: string, id: string): string {
  return `${participant}/${id}`
}
