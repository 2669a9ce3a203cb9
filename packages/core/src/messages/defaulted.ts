/**
 * The type of a property whose field has a default (`t.withDefault`): reads and is assigned as a `T`, and may be left out where a message is made. Nothing has the
 * property in it; it has a name, and no symbol, so that declarations of users' types can be written.
 *
 * ```ts
 * @Field(t.withDefault(t.string, 'EUR')) currency!: Defaulted<string>
 * ```
 */
export type Defaulted<T> = undefined extends T ? T : T & { readonly 'ottla:default'?: never }

/** The keys of the properties that are `Defaulted`. */
export type DefaultedKeys<T> = { [K in keyof T]-?: 0 extends 1 & T[K] ? never : 'ottla:default' extends keyof T[K] ? K : never }[keyof T]
