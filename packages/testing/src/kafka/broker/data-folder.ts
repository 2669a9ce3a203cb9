import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testingErrors } from '../../testing-errors.js'

/** What a data folder remembers of its cluster: the ports too, so that a rerun has its old addresses where they are free. */
export interface KeptCluster {
  readonly clusterId: string
  readonly brokers: number
  readonly ports: readonly number[]
}

const record = 'cluster.json'
const begun = `${record}.new`

/**
 * What the folder remembers, or undefined when it is new. Rejects with `KAFKA_FOLDER_INVALID` when it belongs to something else, or holds another number of
 * brokers: what a quorum of three has decided cannot be read by one. What a start left that did not come to its end is
 * removed: the file with the new name says that it was one.
 */
export function openDataFolder(folder: string, brokers: number): KeptCluster | undefined {
  const invalid = (problem: string) => testingErrors.create('KAFKA_FOLDER_INVALID', { folder, problem })
  let names: string[]
  try {
    mkdirSync(folder, { recursive: true })
    names = readdirSync(folder)
  } catch (error) {
    throw invalid((error as Error).message)
  }
  if (!names.includes(record)) {
    if (names.length > 0 && !names.includes(begun)) throw invalid(`it holds ${names[0]}`)
    for (const name of names) rmSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, begun), '')
    return undefined
  }
  const kept = readRecord(folder)
  if (!kept) throw invalid(`its ${record} cannot be read`)
  if (kept.brokers !== brokers) throw invalid(`its number of brokers is ${kept.brokers}, not ${brokers}`)
  // What killed brokers had unpacked there.
  rmSync(join(folder, 'tmp'), { recursive: true, force: true })
  return kept
}

/** Written last, after the brokers' folders are formatted: a folder with it is complete. */
export function keepCluster(folder: string, kept: KeptCluster): void {
  writeFileSync(join(folder, begun), JSON.stringify(kept))
  renameSync(join(folder, begun), join(folder, record))
}

/** A new cluster's id in the form that Kafka wants. */
export function newClusterId(): string {
  return `o${randomBytes(16).toString('base64url').slice(1)}`
}

function readRecord(folder: string): KeptCluster | undefined {
  try {
    const kept = JSON.parse(readFileSync(join(folder, record), 'utf8')) as KeptCluster
    return typeof kept.clusterId === 'string' && Array.isArray(kept.ports) ? kept : undefined
  } catch {
    return undefined
  }
}
