import type { OpenContractLog } from './contract-log.js'
import { ContractRun } from './contract-run.js'

/** A fact that every log keeps to: its name says it, `run` rejects where it does not hold. */
export interface LogFact {
  readonly name: string
  run(open: OpenContractLog): Promise<void>
}

/** A fact that opens a log for itself and closes it in the end, whatever comes out. */
export function fact(name: string, check: (run: ContractRun) => Promise<void>): LogFact {
  return {
    name,
    async run(open) {
      const opened = await open()
      try {
        await check(new ContractRun(opened))
      } finally {
        await opened.close()
      }
    },
  }
}
