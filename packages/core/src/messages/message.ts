import type { DefaultedKeys } from './defaulted.js'

/** The fields that a message class is made of: everything on it that is no method. What has a default may be left out. */
export type Fields<T> = { [K in keyof T as T[K] extends (...args: never[]) => unknown ? never : K extends DefaultedKeys<T> ? never : K]: T[K] } & {
  [K in DefaultedKeys<T>]?: T[K]
}

/**
 * Base of commands, events and values. It gives `new OrderPlaced({ ... })` its type: a missing or mistyped field does
 * not compile. It has no behaviour of its own beyond copying the fields.
 *
 * ```ts
 * @Event('shop.OrderPlaced')
 * class OrderPlaced extends Message<OrderPlaced> {
 *   @Field() orderId!: string
 * }
 * ```
 */
export abstract class Message<T> {
  constructor(fields: Fields<T>) {
    Object.assign(this, fields)
  }
}

/** A class whose instances are messages. */
// biome-ignore lint/suspicious/noExplicitAny: any constructor serves, the fields are checked at run time
export type MessageClass<T extends object = object> = new (...args: any[]) => T
