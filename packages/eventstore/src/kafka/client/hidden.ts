import { inspect } from 'node:util'

/** The same properties, which can be read and are shown by nothing: kafkajs keeps the credentials in every connection. */
export function hidden<T extends object>(secret: T): T {
  const properties = Object.fromEntries(Object.entries(secret).map(([name, value]) => [name, { value, enumerable: false }]))
  return Object.defineProperties({ [inspect.custom]: () => '[hidden]' }, properties) as unknown as T
}
