import { describe, expect, it } from 'vitest'
import { plainJson } from './plain-json.js'

describe('plainJson', () => {
  it('keeps whole numbers of 64 bits exact, as text', () => {
    expect(plainJson({ n: 2n ** 63n - 1n })).toBe('{"n":"9223372036854775807"}')
  })

  it('writes points in time as ISO text and bytes in base64', () => {
    expect(plainJson({ at: new Date(0), bytes: new Uint8Array([0, 255]) })).toBe('{"at":"1970-01-01T00:00:00.000Z","bytes":"AP8="}')
  })

  it('writes a part of a buffer, not all of it', () => {
    expect(plainJson(new Uint8Array([1, 2, 3]).subarray(1, 2))).toBe('"Ag=="')
  })

  it('writes numbers that JSON does not have as text', () => {
    expect(plainJson([Number.NaN, Number.POSITIVE_INFINITY, 1.5])).toBe('["NaN","Infinity",1.5]')
  })

  it('leaves out what is undefined, at any depth, and keeps keys such as __proto__', () => {
    expect(plainJson({ a: undefined, b: [{ c: undefined, d: null }] })).toBe('{"b":[{"d":null}]}')
    expect(plainJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}')
  })
})
