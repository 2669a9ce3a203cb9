import { type MessageClass, type MessageDefinition, messageDefinition } from '@ottla/core'
import { AvroCodec, messageSchema } from '@ottla/eventstore'
import { EmbeddedRegistry } from '@ottla/eventstore/embedded'
import type avsc from 'avsc'
import Database from 'better-sqlite3'
import { compare, type Measurement } from '../measure.js'
import { avscAlone } from './avsc-alone.js'
import { earned, events, NewerOrderPlaced, OlderOrderPlaced, olderPlaced, placed } from './sample-events.js'

const messages = 200_000

/** A message on both sides: with the wire format and its class, and with avsc alone. */
interface Sides {
  readonly message: object
  readonly definition: MessageDefinition
  readonly type: avsc.Type
  readonly bytes: Buffer
  readonly bare: Buffer
}

/** What do the wire format, message classes and exactness cost beside avsc alone, with cached types and plain objects? */
export async function codec(): Promise<Measurement[]> {
  const ours = new AvroCodec(new EmbeddedRegistry(new Database(':memory:'), false))
  const all = await Promise.all(events.map(event => sidesOf(ours, event)))
  const order = await sidesOf(ours, placed)
  const points = await sidesOf(ours, earned)
  return [
    ...(await both(ours, 'the sample’s events in turn', all)),
    ...(await both(ours, 'an order of 2 lines', [order])),
    ...(await both(ours, 'longs and a time', [points])),
    await older(),
  ]
}

async function both(ours: AvroCodec, what: string, sides: readonly Sides[]): Promise<Measurement[]> {
  const about = (doing: string) => ({ what: `${doing} ${what}`, against: 'avsc alone', aim: { atLeast: 0.8 }, rounds: 9 })
  return [
    await compare(
      about('encode'),
      async () => rate(sides, ({ definition, message }) => ours.encode('t', definition, message)),
      () => rate(sides, ({ type, message }) => type.toBuffer(message)),
    ),
    await compare(
      about('decode'),
      async () => rate(sides, ({ definition, bytes }) => ours.decode(definition, bytes)),
      () => rate(sides, ({ type, bare }) => type.fromBuffer(bare)),
    ),
  ]
}

async function older(): Promise<Measurement> {
  const ours = new AvroCodec(new EmbeddedRegistry(new Database(':memory:'), false))
  const { bytes, bare, type: writer } = await sidesOf(ours, olderPlaced)
  const definition = messageDefinition(NewerOrderPlaced as MessageClass)
  await ours.prepare('t', [messageDefinition(OlderOrderPlaced as MessageClass)])
  const type = avscAlone(messageSchema(definition).text)
  const resolver = type.createResolver(writer)
  return compare(
    { what: 'decode an order of an older schema', against: 'avsc alone', aim: { atLeast: 0.7 }, rounds: 9 },
    async () => rate([bytes], each => ours.decode(definition, each)),
    () => rate([bare], each => type.fromBuffer(each, resolver)),
  )
}

async function sidesOf(ours: AvroCodec, message: object): Promise<Sides> {
  const definition = messageDefinition(message.constructor as MessageClass)
  await ours.prepare('t', [definition])
  const type = avscAlone(messageSchema(definition).text)
  const bytes = ours.encode('t', definition, message)
  const bare = type.toBuffer(message)
  if (!bytes.subarray(5).equals(bare)) throw new Error('The two sides do not write the same.')
  return { message, definition, type, bytes, bare }
}

let kept: unknown

function rate<T>(of: readonly T[], once: (each: T) => unknown): number {
  const started = performance.now()
  for (let done = 0; done < messages; done++) kept = once(of[done % of.length] as T)
  if (kept === undefined) throw new Error('Nothing was made.')
  return (messages * 1000) / (performance.now() - started)
}
