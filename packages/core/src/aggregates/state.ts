/**
 * A deep copy of a state: plain objects and class instances (with their prototypes), arrays, Map, Set, Date and bytes.
 * Whatever else it holds is taken over as it is.
 */
export function copyState<T>(value: T): T {
  return (typeof value === 'object' && value !== null ? copyObject(value) : value) as T
}

/**
 * Freezes a state and everything in it, Map and Set included, so that a handler which assigns to `this` gets a TypeError
 * instead of a state that no event explains. What is frozen already is not looked into again.
 */
export function freezeState<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (ArrayBuffer.isView(value)) return value
  if (value instanceof Map) {
    for (const [key, item] of value) {
      freezeState(key)
      freezeState(item)
    }
    refuseChanges(value)
  } else if (value instanceof Set) {
    for (const item of value) freezeState(item)
    refuseChanges(value)
  } else {
    for (const key in value) freezeState(value[key])
  }
  return Object.freeze(value)
}

function copyObject(value: object): object {
  if (Array.isArray(value)) return value.map(copyState)
  if (value instanceof Map) return new Map(Array.from(value, ([key, item]) => [copyState(key), copyState(item)]))
  if (value instanceof Set) return new Set(Array.from(value, copyState))
  if (value instanceof Date) return new Date(value)
  if (value instanceof Uint8Array) return value.slice()
  const copy = Object.create(Object.getPrototypeOf(value)) as Record<string, unknown>
  for (const key of Object.keys(value)) copy[key] = copyState((value as Record<string, unknown>)[key])
  return copy
}

const refused = {
  value: () => {
    throw new TypeError('Cannot change a Map or Set of a frozen state')
  },
}

function refuseChanges(collection: object): void {
  Object.defineProperties(collection, { set: refused, add: refused, delete: refused, clear: refused })
}
