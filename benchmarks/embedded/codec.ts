import { event, type MessageClass, messageDefinition, t, value } from '@ottla/core'
import { AvroCodec } from '@ottla/eventstore'
import { EmbeddedRegistry } from '@ottla/eventstore/embedded'
import avsc from 'avsc'
import Database from 'better-sqlite3'
import { compare, type Measurement } from '../measure.js'

const messages = 200_000
const Line = value('shop.OrderLine', { productId: t.string, quantity: t.int, amount: t.decimal(14, 4) })
const OrderPlaced = event('shop.OrderPlaced', { orderId: t.string, region: t.string, lines: t.array(Line), total: t.decimal(14, 4) })
const order = new OrderPlaced({
  orderId: 'CA-2016-152156',
  region: 'South',
  lines: [new Line({ productId: 'FUR-BO-10001798', quantity: 2, amount: '261.96' }), new Line({ productId: 'FUR-CH-10000454', quantity: 3, amount: '731.94' })],
  total: '993.9',
})

/** A decimal as one would write it with avsc's own means. */
class Decimal extends avsc.types.LogicalType {
  private readonly scale: number

  constructor(schema: avsc.Schema, options?: unknown) {
    super(schema, options)
    this.scale = (schema as unknown as { scale: number }).scale
  }

  protected override _fromValue(bytes: Buffer): string {
    const unscaled = bytes.readIntBE(0, bytes.length)
    const digits = String(Math.abs(unscaled)).padStart(this.scale + 1, '0')
    const text = `${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`.replace(/\.?0+$/, '')
    return unscaled < 0 ? `-${text}` : text
  }

  protected override _toValue(text: string): Buffer {
    const [whole = '', fraction = ''] = text.split('.')
    const unscaled = Number(whole + fraction.padEnd(this.scale, '0'))
    let length = 1
    while (unscaled >= 2 ** (8 * length - 1) || unscaled < -(2 ** (8 * length - 1))) length++
    const bytes = Buffer.allocUnsafe(length)
    bytes.writeIntBE(unscaled, 0, length)
    return bytes
  }
}

/** What do the wire format, message classes and exactness cost beside avsc alone, with a cached type and plain objects? */
export async function codec(): Promise<Measurement[]> {
  const registry = new EmbeddedRegistry(new Database(':memory:'), false)
  const ours = new AvroCodec(registry)
  const definition = messageDefinition(OrderPlaced as MessageClass)
  await ours.prepare('shop.events', [definition])
  const [registered] = await registry.versions('shop.events-shop.OrderPlaced')
  const theirs = avsc.Type.forSchema(JSON.parse(registered?.schema ?? ''), { logicalTypes: { decimal: Decimal } })
  const bytes = ours.encode('shop.events', definition, order)
  const bare = theirs.toBuffer(order)
  if (!bytes.subarray(5).equals(bare)) throw new Error('The two sides do not write the same.')
  const about = (what: string) => ({ what, against: 'avsc alone', aim: { atLeast: 0.8 }, rounds: 9 })
  return [
    await compare(
      about('encode an order of 2 lines'),
      async () => rate(() => ours.encode('shop.events', definition, order)),
      () => rate(() => theirs.toBuffer(order)),
    ),
    await compare(
      about('decode an order of 2 lines'),
      async () => rate(() => ours.decode(definition, bytes)),
      () => rate(() => theirs.fromBuffer(bare)),
    ),
  ]
}

let kept: unknown

function rate(once: () => unknown): number {
  const started = performance.now()
  for (let done = 0; done < messages; done++) kept = once()
  if (kept === undefined) throw new Error('Nothing was made.')
  return (messages * 1000) / (performance.now() - started)
}
