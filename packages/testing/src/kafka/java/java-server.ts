import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { testingErrors } from '../../testing-errors.js'
import type { KafkaServer } from '../broker/cluster-of-servers.js'
import type { WatchedProgram, WatchedPrograms } from './watched-programs.js'

/** How a server is started, and how one sees that it serves. */
export interface ServerPlan {
  /** For errors: "broker 1". */
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
  /** The file that gets what it prints. */
  readonly output: string
  /** Rejects, with what is missing, as long as it does not serve. */
  readonly check: () => Promise<void>
}

/** How long a start may take on a busy machine, in milliseconds. */
const patience = 120_000

/** A broker or a registry in a JVM of its own, which can be killed and started again. */
export class JavaServer implements KafkaServer {
  #program: WatchedProgram | undefined

  constructor(
    private readonly programs: WatchedPrograms,
    private readonly plan: ServerPlan,
  ) {}

  get isRunning(): boolean {
    return this.#program !== undefined
  }

  /** Resolves when it serves. Rejects with `KAFKA_START_FAILED` and the end of its log when it ends before, or takes longer than two minutes. */
  async start(): Promise<void> {
    if (this.#program) return
    const { file, args, output, name, check } = this.plan
    const begin = sizeOf(output)
    const program = await this.programs.run(file, args, output)
    this.#program = program
    let ended: string | undefined
    void program.exited.then(how => {
      ended = how
      if (this.#program === program) this.#program = undefined
    })
    const end = Date.now() + patience
    for (;;) {
      const problem = ended === undefined ? await check().then(() => undefined, messageOf) : `it ended with ${ended}`
      if (problem === undefined) return
      if (ended !== undefined || Date.now() > end) {
        await this.end('SIGKILL')
        throw testingErrors.create('KAFKA_START_FAILED', { part: name, problem, log: endOf(output, begin) })
      }
      await delay(50)
    }
  }

  /** Resolves when the process is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const program = this.#program
    if (!program) return
    await this.programs.end(program, signal)
    if (this.#program === program) this.#program = undefined
  }
}

/** What a server has printed since its log had `begin` bytes, without the first lines where that is long. */
export function endOf(file: string, begin: number): string {
  const log = openSync(file, 'r')
  try {
    const from = Math.max(begin, fstatSync(log).size - 4000)
    const text = Buffer.alloc(4000)
    return `${file}\n${text.toString('utf8', 0, readSync(log, text, 0, text.length, from)).trim()}`
  } finally {
    closeSync(log)
  }
}

function sizeOf(file: string): number {
  const log = openSync(file, 'a')
  try {
    return fstatSync(log).size
  } finally {
    closeSync(log)
  }
}

function messageOf(error: Error): string {
  const { cause } = error as { cause?: Error }
  return cause?.message ?? error.message
}
