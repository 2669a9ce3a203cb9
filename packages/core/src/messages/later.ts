/**
 * The type of a property whose class is named by `t.later`: the class itself. Compilers write the classes of properties into the code that they emit, where one that is not
 * loaded yet would fail; they do not look through this name.
 *
 * ```ts
 * @Field(t.optional(t.later(() => Branch))) parent?: Later<Branch>
 * ```
 */
export type Later<T> = T
