import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keepCluster, newClusterId, openDataFolder } from './data-folder.js'

describe('a data folder', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ottla-data-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('is made where there is none, and remembers its cluster', () => {
    const deep = join(folder, 'a/b')
    const kept = { clusterId: newClusterId(), brokers: 3, ports: [1, 2] }
    expect(openDataFolder(deep, 3)).toBeUndefined()
    keepCluster(deep, kept)
    expect(openDataFolder(deep, 3)).toEqual(kept)
  })

  test('loses what a start left that did not come to its end', () => {
    openDataFolder(folder, 1)
    mkdirSync(join(folder, 'broker-1/data'), { recursive: true })
    expect(openDataFolder(folder, 1)).toBeUndefined()
    expect(existsSync(join(folder, 'broker-1'))).toBe(false)
  })

  test('is refused, and left alone, when it holds something else', () => {
    writeFileSync(join(folder, 'thesis.txt'), 'x')
    expect(() => openDataFolder(folder, 1)).toThrow(/^KAFKA_FOLDER_INVALID: .* \(it holds thesis.txt\)/)
    expect(readdirSync(folder)).toEqual(['thesis.txt'])
  })

  test('is refused when it is a file, or its record is damaged', () => {
    writeFileSync(join(folder, 'cluster.json'), '{"clus')
    expect(() => openDataFolder(folder, 1)).toThrow(/^KAFKA_FOLDER_INVALID: .* \(its cluster.json cannot be read\)/)
    expect(() => openDataFolder(join(folder, 'cluster.json'), 1)).toThrow(/^KAFKA_FOLDER_INVALID: /)
  })

  test('is refused for another number of brokers', () => {
    keepCluster(folder, { clusterId: newClusterId(), brokers: 1, ports: [] })
    expect(() => openDataFolder(folder, 3)).toThrow(/^KAFKA_FOLDER_INVALID: .* \(its number of brokers is 1, not 3\)/)
  })
})

test('an id of a cluster is 16 bytes in base64url, and no option of a command line', () => {
  for (let turn = 0; turn < 200; turn++) expect(newClusterId()).toMatch(/^o[\w-]{21}$/)
})
