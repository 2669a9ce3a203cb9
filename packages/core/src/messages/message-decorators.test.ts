import { describe, expect, test } from 'vitest'
import { t } from './field-type.js'
import { Message, type MessageClass } from './message.js'
import { Command, Event, Field, Id, Value } from './message-decorators.js'
import { definitionOfInstance, messageDefinition } from './message-definition.js'
import { validateMessage } from './validation.js'

@Value('shop.OrderLine')
class OrderLine extends Message<OrderLine> {
  @Field() productId!: string
  @Field(t.int) quantity!: number
}

@Event('shop.OrderPlaced')
class OrderPlaced extends Message<OrderPlaced> {
  @Field() orderId!: string
  @Field(t.array(OrderLine)) lines!: OrderLine[]
  @Field(t.optional(t.string)) note?: string

  size(): number {
    return this.lines.length
  }
}

@Command('shop.PlaceOrder')
class PlaceOrder extends Message<PlaceOrder> {
  @Id() orderId!: string
  @Field() express!: boolean
}

describe('a decorated class', () => {
  test('has a definition with its name, kind and fields in the order of their declaration', () => {
    const { kind, name, fields, class: messageClass } = messageDefinition(OrderPlaced)
    expect({ kind, name, messageClass }).toEqual({ kind: 'event', name: 'shop.OrderPlaced', messageClass: OrderPlaced })
    expect(fields).toEqual([
      { name: 'orderId', type: t.string },
      { name: 'lines', type: t.array(OrderLine) },
      { name: 'note', type: t.optional(t.string) },
    ])
  })

  test('keeps its name', () => {
    expect(OrderPlaced.name).toBe('OrderPlaced')
  })

  test('of a command knows the field that names the aggregate, which is a field like the others', () => {
    const { kind, idField, fields } = messageDefinition(PlaceOrder)
    expect({ kind, idField, fields: fields.map(({ name }) => name) }).toEqual({ kind: 'command', idField: 'orderId', fields: ['orderId', 'express'] })
  })

  test('is found by its instances', () => {
    expect(definitionOfInstance(new OrderPlaced({ orderId: 'o', lines: [] }))).toBe(messageDefinition(OrderPlaced))
  })

  test('that is none has no definition', () => {
    expect(() => messageDefinition(class Stranger {})).toThrow(/^MODEL_INVALID: Stranger: is no message class. Decorate it/)
    for (const stranger of [{}, null, undefined, Object.create(null), 'text']) expect(() => definitionOfInstance(stranger as object)).toThrow(/^MODEL_INVALID/)
  })

  test('without a field is a message too', () => {
    @Event('shop.Nothing')
    class Nothing extends Message<Nothing> {}
    expect(messageDefinition(Nothing).fields).toEqual([])
    expect(() => validateMessage(messageDefinition(Nothing), new Nothing({}))).not.toThrow()
  })

  test('has the fields of its base class before its own, and the base class keeps its own only', () => {
    class Base extends Message<Base> {
      @Id() id!: string
    }
    @Command('shop.Derived')
    class Derived extends Base {
      @Field() more!: string
    }
    @Command('shop.Other')
    class Other extends Base {
      @Field() other!: number
    }
    expect(messageDefinition(Derived).fields.map(({ name }) => name)).toEqual(['id', 'more'])
    expect(messageDefinition(Other).fields.map(({ name }) => name)).toEqual(['id', 'other'])
    expect(messageDefinition(Other).idField).toBe('id')
  })

  test('may hold values of its own kind', () => {
    @Value('shop.Node')
    class Node extends Message<Node> {
      @Field() label!: string
      @Field(t.array(Node)) children!: Node[]
    }
    const definition = messageDefinition(Node)
    expect(messageDefinition(definition.fields[1]?.type.of?.class as MessageClass)).toBe(definition)
    expect(() => validateMessage(definition, new Node({ label: 'a', children: [new Node({ label: 'b', children: [] })] }))).not.toThrow()
    expect(() => validateMessage(definition, { label: 'a', children: [{ label: 'b', children: [{ label: 1, children: [] }] }] })).toThrow(
      /children\[0\]\.children\[0\]\.label is number 1/,
    )
  })
})

describe('an instance', () => {
  test('has the fields that it was given, and the methods of its class', () => {
    const message = new OrderPlaced({ orderId: 'o', lines: [new OrderLine({ productId: 'p', quantity: 1 })], note: 'n' })
    expect({ ...message }).toEqual({ orderId: 'o', lines: [{ productId: 'p', quantity: 1 }], note: 'n' })
    expect(message.size()).toBe(1)
    expect(message).toBeInstanceOf(OrderPlaced)
    expect(message.constructor).toBe(OrderPlaced)
  })

  test('keeps what it was given where a field has an initial value, and has the initial value where it was given nothing', () => {
    @Event('shop.Started')
    class Started extends Message<Started> {
      @Field(t.string) by: string = 'system'
      @Field(t.int) attempt: number = 1
    }
    expect({ ...new Started({ by: 'me' } as Started) }).toEqual({ by: 'me', attempt: 1 })
  })

  test('keeps what it was given where the compiler defines the fields (useDefineForClassFields)', () => {
    // tsc and vitest run here with assign semantics; plain JavaScript has define semantics.
    const declare = new Function('Message', 'return class Defined extends Message { orderId; note }') as (
      base: typeof Message,
    ) => MessageClass<{ orderId: string; note?: string }>
    const declared = declare(Message)
    Field(t.string)(declared.prototype, 'orderId')
    Field(t.optional(t.string))(declared.prototype, 'note')
    const Defined = Event('shop.Defined')(declared)
    const bare = new declared({ orderId: 'o' })
    expect(bare.orderId).toBeUndefined()
    const message = new Defined({ orderId: 'o' })
    expect({ ...message }).toEqual({ orderId: 'o', note: undefined })
    expect(() => validateMessage(messageDefinition(Defined), message)).not.toThrow()
  })

  test('is made by the constructor of its own that a class has', () => {
    @Event('shop.Moved')
    class Moved {
      @Field() from: string
      @Field() to: string
      constructor(from: string, to: string) {
        this.from = from
        this.to = to
      }
    }
    expect({ ...new Moved('a', 'b') }).toEqual({ from: 'a', to: 'b' })
  })
})

describe('the type of a field', () => {
  test('is taken from the declaration where the compiler emits it', () => {
    @Event('shop.Inferred')
    class Inferred extends Message<Inferred> {
      @Field() string!: string
      @Field() number!: number
      @Field() boolean!: boolean
      @Field() bigint!: bigint
      @Field() date!: Date
      @Field() bytes!: Uint8Array
      @Field() buffer!: Buffer
      @Field() line!: OrderLine
    }
    expect(messageDefinition(Inferred).fields.map(({ type }) => type)).toEqual([
      t.string,
      t.double,
      t.boolean,
      t.long,
      t.timestamp,
      t.bytes,
      t.bytes,
      t.record(OrderLine),
    ])
  })

  test('may be a class whose fields are declared although it is not decorated yet', () => {
    class Money extends Message<Money> {
      @Field() amount!: string
    }
    class Price extends Message<Price> {
      @Field() money!: Money
    }
    Value('shop.Money')(Money)
    const price = Value('shop.Price')(Price)
    expect(() => validateMessage(messageDefinition(price), { money: { amount: '1' } })).not.toThrow()
  })

  test('must be named where no metadata is emitted, and the error says where that is', () => {
    class Bare {}
    expect(() => Field()(Bare.prototype, 'orderId')).toThrow(
      'MODEL_INVALID: Bare.orderId: has no type at run time. Name it: @Field(t.string). Only compilers with emitDecoratorMetadata (tsc, vitest) emit it; tsx and esbuild do not.',
    )
  })

  test('must be named where the emitted type says too little', () => {
    const refused = (type: unknown) => {
      class Vague {}
      Reflect.defineMetadata('design:type', type, Vague.prototype, 'field')
      return () => Field()(Vague.prototype, 'field')
    }
    expect(refused(Array)).toThrow(/^MODEL_INVALID: Vague.field: has the type Array at run time, which says too little. Name it: @Field\(t.array/)
    expect(refused(Object)).toThrow(/^MODEL_INVALID: Vague.field: has the type Object at run time/)
    expect(refused(class Undecorated {})).toThrow(/^MODEL_INVALID: Vague.field: has the type Undecorated at run time/)
    expect(refused(null)).toThrow(/^MODEL_INVALID: Vague.field: has the type null at run time/)
  })
})

describe('a wrong declaration is refused when the file loads', () => {
  const decorate = (name: string, declare: (prototype: object) => void = () => undefined, decorator = Event) => {
    class Wrong extends Message<object> {}
    declare(Wrong.prototype)
    return () => decorator(name)(Wrong)
  }

  test('where a command has no id', () => {
    expect(decorate('shop.Wrong', () => undefined, Command)).toThrow(
      'MODEL_INVALID: Wrong: is a command without an id. Put @Id() on the field that names the aggregate that decides.',
    )
  })

  test.each(['', 'shop.', '.Wrong', 'shop..Wrong', '1shop.Wrong', 'shop.Wrong-er', 'shöp.Wrong', 'shop.string', 'long'])(
    'where %j is no name of a record',
    name => {
      expect(decorate(name)).toThrow(/^MODEL_INVALID: Wrong: has the name '.*', which is no Avro name. Name it with letters/)
    },
  )

  test.each(['a-b', '1a', '', 'ä', 'constructor', '__proto__', 'toString'])('where a field is called %j', field => {
    expect(decorate('shop.Wrong', prototype => Field(t.string)(prototype, field))).toThrow(
      /^MODEL_INVALID: Wrong\..*: has a name that cannot be written in Avro/,
    )
  })

  test('where a field is declared twice', () => {
    const twice = (prototype: object) => {
      Field(t.string)(prototype, 'id')
      Id(t.string)(prototype, 'id')
    }
    expect(decorate('shop.Wrong', twice)).toThrow(/^MODEL_INVALID: Wrong.id: is declared twice. Decorate it once: @Id\(\) declares the field too/)
  })

  test.each([
    [t.double, 'double'],
    [t.boolean, 'boolean'],
    [t.decimal(4, 2), 'decimal'],
    [t.optional(t.string), 'optional'],
    [t.array(t.string), 'array'],
  ])('where the id cannot be the key of a record (%#)', (type, kind) => {
    expect(decorate('shop.Wrong', prototype => Id(type)(prototype, 'id'), Command)).toThrow(
      `MODEL_INVALID: Wrong.id: is an id of type ${kind}. Make it t.string, t.uuid`,
    )
  })

  test.each([t.string, t.uuid, t.int, t.long, t.enum('E', ['a'])])('and not where the id can be (%#)', type => {
    expect(decorate('shop.Right', prototype => Id(type)(prototype, 'id'), Command)).not.toThrow()
  })

  test.each([
    [t.decimal(0), /is a decimal of 0 digits/],
    [t.decimal(4, 5), /is a decimal of 4 digits with 5 behind the point/],
    [t.decimal(4, -1), /with -1 behind the point/],
    [t.decimal(2.5, 1), /is a decimal of 2.5 digits/],
    [t.array(t.decimal(1, 2)), /is a decimal of 1 digits/],
    [t.enum('S', []), /is an enum without symbols/],
    [t.enum('S-T', ['a']), /is an enum with the name 'S-T'/],
    [t.enum('S', ['a', 'b', 'a']), /is an enum with the symbol 'a' twice/],
    [t.enum('S', ['in stock']), /is an enum with the symbol 'in stock' twice, or it cannot be written/],
    [t.enum('S', ['constructor']), /the symbol 'constructor'/],
    [t.optional(t.optional(t.string)), /is an optional of an optional/],
    [undefined, /names a class that is undefined when the file loads/],
    [t.array(undefined as never), /names a class that is undefined when the file loads/],
    [t.record(undefined as never), /names a class that is undefined when the file loads/],
  ])('where a type makes no sense (%#)', (type, problem) => {
    expect(decorate('shop.Wrong', prototype => Field(type)(prototype, 'field'))).toThrow(problem)
  })
})
