import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from '../../built.js'
import type { NodeReport, NodeRequest, NodeSettings } from './protocol.js'

const program = join(root, 'tests/dist/kafka/rolling/node.js')

type Answer = Extract<NodeReport, { tell: 'answer' }>

/** A node of the post office in a process of its own. */
export class NodeProcess {
  isUp = false
  /** What it wrote to its standard error. */
  complaint = ''
  private readonly child: ChildProcess
  private readonly waiting = new Map<string, (answer: Answer | undefined) => void>()

  constructor(readonly settings: NodeSettings) {
    this.child = spawn(process.execPath, [program, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.child.stdin?.on('error', () => undefined)
    this.child.stderr?.on('data', text => {
      this.complaint += text
    })
  }

  /** Resolves when it takes commands. */
  async ready(): Promise<this> {
    const lines = createInterface(this.child.stdout as NodeJS.ReadableStream)
    const ended = once(this.child, 'close').then(() => {
      this.isUp = false
      for (const settle of this.waiting.values()) settle(undefined)
      throw new Error(`The node ended: ${this.complaint}`)
    })
    ended.catch(() => undefined)
    const isReady = new Promise<void>(resolve => {
      lines.on('line', line => {
        const report = JSON.parse(line) as NodeReport
        if (report.tell === 'ready') return resolve()
        this.waiting.get(report.id)?.(report.tell === 'answer' ? report : undefined)
        this.waiting.delete(report.id)
      })
    })
    await Promise.race([isReady, ended])
    this.isUp = true
    return this
  }

  /** The answer, or undefined where it was refused for now or the node ended: the same id again, here or elsewhere, gives it. */
  send(request: NodeRequest): Promise<Answer | undefined> {
    return new Promise(resolve => {
      this.waiting.set(request.id, resolve)
      this.child.stdin?.write(`${JSON.stringify(request)}\n`)
    })
  }

  /** Lets it finish what it has, or kills it; resolves when it has ended, with its exit code. */
  async end(how: 'stop' | 'kill'): Promise<number | null> {
    this.isUp = false
    const { child } = this
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const closed = once(child, 'close')
    if (how === 'kill') child.kill('SIGKILL')
    else child.stdin?.end()
    const [code] = await closed
    return code
  }
}
