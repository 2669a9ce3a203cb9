declare const hasDefault: unique symbol

/**
 * The type of a property whose field has a default (`t.withDefault`): reads and is assigned as a `T`, and may be left out where a message is made.
 *
 * ```ts
 * @Field(t.withDefault(t.string, 'EUR')) currency!: Defaulted<string>
 * ```
 */
export type Defaulted<T> = undefined extends T ? T : T & { readonly [hasDefault]?: never }

/** The keys of the properties that are `Defaulted`. */
export type DefaultedKeys<T> = { [K in keyof T]-?: 0 extends 1 & T[K] ? never : typeof hasDefault extends keyof T[K] ? K : never }[keyof T]
