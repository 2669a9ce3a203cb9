/**
 * A deep copy of a state: plain objects and class instances (with their prototypes), arrays, Map, Set, Date and bytes.
 * Whatever else it holds is taken over as it is.
 */
export function copyState<T>(value: T): T {
  return (typeof value === 'object' && value !== null ? copyObject(value) : value) as T
}

/**
 * Freezes a state and everything in it, Map, Set and Date included (only bytes cannot be frozen), so that a handler which
 * assigns to `this` gets a TypeError instead of a state that no event explains. What is frozen already is not looked into again.
 */
export function freezeState<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value
  if (value instanceof Map || value instanceof Set) Object.defineProperties(value, refusedByCollections)
  else if (value instanceof Date) Object.defineProperties(value, refusedByDates)
  // Frozen before what is in it, so that a state which holds itself comes to an end.
  Object.freeze(value)
  if (value instanceof Map) for (const key of value.keys()) freezeState(key)
  if (value instanceof Map || value instanceof Set) for (const item of value.values()) freezeState(item)
  else for (const key in value) freezeState(value[key])
  return value
}

function copyObject(value: object): object {
  if (Array.isArray(value)) return value.map(copyState)
  if (value instanceof Map) return new Map(Array.from(value, ([key, item]) => [copyState(key), copyState(item)]))
  if (value instanceof Set) return new Set(Array.from(value, copyState))
  if (value instanceof Date) return new Date(value)
  // A Buffer's own slice would share its memory.
  if (value instanceof Uint8Array) return Uint8Array.prototype.slice.call(value)
  const copy = Object.create(Object.getPrototypeOf(value)) as Record<string, unknown>
  for (const key of Object.keys(value)) {
    const item = copyState((value as Record<string, unknown>)[key])
    if (key === '__proto__') Object.defineProperty(copy, key, { value: item, writable: true, enumerable: true, configurable: true })
    else copy[key] = item
  }
  return copy
}

function refused(methods: readonly string[]): PropertyDescriptorMap {
  const value = (): never => {
    throw new TypeError('Cannot change a Map, Set or Date of a frozen state')
  }
  return Object.fromEntries(methods.map(method => [method, { value }]))
}

const refusedByCollections = refused(['set', 'add', 'delete', 'clear'])
const refusedByDates = refused(Object.getOwnPropertyNames(Date.prototype).filter(name => name.startsWith('set')))
