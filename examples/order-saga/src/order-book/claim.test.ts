import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimData, dropLoneClaim } from './claim.js'

const book = (digest: string) => ({ file: `${digest}.csv`, digest, stock: [], orders: [] })
let folder: string
let claim: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ottla-'))
  claim = join(folder, 'orders.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a folder is claimed for the first order book, and stays with it', () => {
  claimData(folder, book('a'))
  claimData(folder, book('a'))
  expect(() => claimData(folder, book('b'))).toThrow(expect.objectContaining({ code: 'ORDERS_DIFFER', details: { folder, file: 'b.csv', before: 'a.csv' } }))
})

test('a claim that cannot be read is not taken for none', () => {
  writeFileSync(claim, '{"file": ')
  expect(() => claimData(folder, book('a'))).toThrow(expect.objectContaining({ code: 'ORDERS_CLAIM_UNREADABLE' }))
})

test('a claim is dropped when nothing else is left', () => {
  claimData(folder, book('a'))
  dropLoneClaim(folder)
  expect(existsSync(claim)).toBe(false)
})

test('a claim is kept beside other files', () => {
  claimData(folder, book('a'))
  writeFileSync(join(folder, 'log.sqlite'), '')
  dropLoneClaim(folder)
  expect(existsSync(claim)).toBe(true)
})

test('a file of somebody else is kept', () => {
  for (const content of ['mine', '[]', 'null', '{"digest": 1}']) {
    writeFileSync(claim, content)
    dropLoneClaim(folder)
    expect(existsSync(claim)).toBe(true)
  }
})

test('a folder that is not there has no claim to drop', () => {
  expect(() => dropLoneClaim(join(folder, 'none'))).not.toThrow()
})
