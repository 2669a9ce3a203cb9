import { loadedMessage } from '../aggregates/loaded-message.js'
import { coreErrors } from '../errors/core-errors.js'
import type { MessageClass } from '../messages/message.js'
import type { Upcasted, UpcasterDefinition } from './upcaster-definition.js'

type StaticMethodDecorator<M> = <T extends M>(
  target: abstract new (...given: never[]) => unknown,
  method: string,
  descriptor: TypedPropertyDescriptor<T>,
) => void

const upcasters = Symbol.for('ottla.upcasters')

/**
 * The static method reads stored events of an older class as events of newer ones, for changes that Avro cannot make: it returns one event, several, or `[]` to
 * drop it. `to` is the class that comes of it, or the list of them; `[]` where every such event is dropped. The class around it may be any module of the app.
 *
 * ```ts
 * class OrderHistory {
 *   @Upcast(OrderPlacedV1, OrderPlaced)
 *   static placed(old: OrderPlacedV1) {
 *     return new OrderPlaced({ orderId: old.orderId, ...namesOf(old.customer) })
 *   }
 * }
 * ```
 */
export function Upcast<O extends object, const C extends MessageClass | readonly MessageClass[]>(
  from: MessageClass<O>,
  to: C,
): StaticMethodDecorator<(old: O) => Upcasted<C>> {
  return (target, method) => {
    // Where the compiler is not asked, a method of instances has their prototype here.
    const member = `${typeof target === 'function' ? target.name : (target as object).constructor.name}.${method}`
    if (typeof target !== 'function') {
      throw coreErrors.create('MODEL_INVALID', {
        member,
        problem: 'is an upcaster and no static method',
        cure: 'Write static before it: an event has no instance to ask.',
      })
    }
    const upcast = (old: object) => (target as unknown as Record<string, (old: object) => object | readonly object[]>)[method]?.(old) as object
    upcastersOf(target).push({ kind: 'upcaster', from: loadedMessage(from, member), to: classes(to, member), member, upcast })
  }
}

/** An upcaster without decorators: `upcast(OrderPlacedV1, OrderPlaced, old => new OrderPlaced({ … }))`. See `@Upcast`. */
export function upcast<O extends object, const C extends MessageClass | readonly MessageClass[]>(
  from: MessageClass<O>,
  to: C,
  run: (old: O) => Upcasted<C>,
): UpcasterDefinition {
  const member = `upcast(${from?.name}, …)`
  return { kind: 'upcaster', from: loadedMessage(from, member), to: classes(to, member), member, upcast: run as UpcasterDefinition['upcast'] }
}

/** The upcasters that the decorators of a class made, or a plain one itself; empty when the module has none. */
export function findUpcasters(module: unknown): readonly UpcasterDefinition[] {
  if ((module as UpcasterDefinition | undefined | null)?.kind === 'upcaster') return [module as UpcasterDefinition]
  return typeof module === 'function' && upcasters in module ? (module[upcasters] as readonly UpcasterDefinition[]) : []
}

function upcastersOf(target: object): UpcasterDefinition[] {
  const holder = target as Record<symbol, UpcasterDefinition[]>
  if (!Object.hasOwn(holder, upcasters)) Object.defineProperty(holder, upcasters, { value: [...(holder[upcasters] ?? [])] })
  return holder[upcasters] as UpcasterDefinition[]
}

function classes(to: MessageClass | readonly MessageClass[], member: string): readonly MessageClass[] {
  return (Array.isArray(to) ? (to as readonly MessageClass[]) : [to as MessageClass]).map(each => loadedMessage(each, member))
}
