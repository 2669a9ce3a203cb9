import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@ottla/core'
import { embedded } from '@ottla/eventstore/embedded'
import { describe, test } from 'vitest'
import type { ContractLog, OpenContractLog } from './log-contract/contract-log.js'
import { logContract, oneProcessLogContract } from './log-contract.js'
import { MemoryBroker } from './memory-log/memory-broker.js'
import { MemoryLog } from './memory-log/memory-log.js'

const logs: Readonly<Record<string, OpenContractLog>> = {
  embedded: openEmbedded,
  'in-memory': async () => openMemory(true),
  'in-memory, without gaps between offsets': async () => openMemory(false),
}

describe.each(Object.entries(logs))('the %s log', (_, open) => {
  for (const { name, run } of [...logContract, ...oneProcessLogContract]) test(name, () => run(open))
})

async function openEmbedded(): Promise<ContractLog> {
  const folder = mkdtempSync(join(tmpdir(), 'ottla-'))
  let { log } = await embedded(folder).open()
  return {
    log,
    async reopen() {
      await log.close()
      log = (await embedded(folder).open()).log
      return log
    },
    async close() {
      await log.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function openMemory(markers: boolean): ContractLog {
  const broker = new MemoryBroker('memory', { markers })
  let log = new MemoryLog(broker, systemClock)
  return {
    log,
    async reopen() {
      await log.close()
      log = new MemoryLog(broker, systemClock)
      return log
    },
    close: () => log.close(),
  }
}
