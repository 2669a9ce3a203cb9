/** The registry's subject for a message on a topic, by the strategy that is called TopicRecordName: one topic holds several types. */
export function schemaSubject(topic: string, { name }: { readonly name: string }): string {
  return `${topic}-${name}`
}
