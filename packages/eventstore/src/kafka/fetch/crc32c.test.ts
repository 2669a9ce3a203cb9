import { expect, it } from 'vitest'
import { crc32c } from './crc32c.js'

it.each([
  ['', 0],
  ['a', 0xc1d04330],
  ['123456789', 0xe3069283],
  ['The quick brown fox jumps over the lazy dog', 0x22620404],
])('gives the checksum that others give for %j', (text, checksum) => {
  const bytes = Buffer.from(`##${text}#`)
  expect(crc32c(bytes, 2, bytes.length - 1)).toBe(checksum)
})
