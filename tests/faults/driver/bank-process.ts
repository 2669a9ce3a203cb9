import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Answer, CommandType, NodeReport, NodeRequest, NodeSettings } from '../bank/protocol.js'
import { nodeProgram } from '../places.js'

/** Why a node gave no answer: it said so, or it died. */
export class NoAnswer extends Error {
  constructor(
    readonly code: string,
    readonly retriable: boolean,
    message: string,
  ) {
    super(`${code}: ${message}`)
  }
}

/** A command as a client sends it. */
export interface Asked {
  readonly id: string
  readonly type: CommandType
  readonly fields: Readonly<Record<string, string | number>>
}

/** A node of the bank in a process of its own. */
export class BankProcess {
  /** Resolves when the node takes commands; rejects with NoAnswer when it could not start. */
  readonly ready: Promise<void>
  readonly ended: Promise<void>
  isReady = false
  private readonly child: ChildProcess
  private readonly waiting = new Map<string, { resolve(answer: Answer): void; reject(error: NoAnswer): void }>()
  private readonly caughtUp = Promise.withResolvers<string | undefined>()
  private isExitExpected = false

  /** `broken` gets what must not happen, in words; `answered` every answer, also one that nobody waits for any more. */
  constructor(settings: NodeSettings, broken: (message: string) => void, answered: (answer: Answer) => void) {
    this.child = spawn(process.execPath, [nodeProgram, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.child.stdin?.on('error', () => undefined)
    let complaint = ''
    this.child.stderr?.on('data', text => {
      complaint = `${complaint}${text}`.slice(-2000)
    })
    const started = Promise.withResolvers<void>()
    this.ready = started.promise
    this.ready.catch(() => undefined)
    const lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream })
    lines.on('line', line => {
      const report = JSON.parse(line) as NodeReport
      if (report.tell === 'broken') broken(`${report.how}: ${report.message}`)
      if (report.tell === 'not-started') {
        this.isExitExpected = true
        started.reject(new NoAnswer(report.code, report.retriable, report.message))
      }
      if (report.tell === 'ready') {
        this.isReady = true
        started.resolve()
      }
      if (report.tell === 'caught-up') this.caughtUp.resolve(report.problem)
      if (report.tell === 'answer') {
        answered(report.answer)
        this.settle(report.answer.id)?.resolve(report.answer)
      }
      if (report.tell === 'refused') this.settle(report.id)?.reject(new NoAnswer(report.code, report.retriable, report.message))
    })
    this.ended = new Promise(resolve =>
      this.child.once('close', (code, signal) => {
        this.isReady = false
        const death = new NoAnswer('NODE_DIED', true, `it ended with ${signal ?? `exit code ${code}`} ${complaint}`.trim())
        if (!this.isExitExpected || (code !== null && code !== 0 && code !== 3)) broken(death.message)
        started.reject(death)
        this.caughtUp.resolve(death.message)
        for (const { reject } of this.waiting.values()) reject(death)
        resolve()
      }),
    )
  }

  /** Rejects with NoAnswer; also when `patience` milliseconds have passed, while the node may still answer. */
  send({ id, type, fields }: Asked, patience: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const tooLate = setTimeout(() => this.settle(id)?.reject(new NoAnswer('NODE_SILENT', true, `no answer within ${patience} ms`)), patience)
      const settled = () => clearTimeout(tooLate)
      this.settle(id)?.reject(new NoAnswer('ASKED_AGAIN', true, 'asked again at the same node'))
      this.waiting.set(id, {
        resolve: answer => {
          settled()
          resolve(answer)
        },
        reject: error => {
          settled()
          reject(error)
        },
      })
      this.write({ ask: 'send', id, type, fields, timeout: patience })
    })
  }

  /** Waits until the node's view has seen everything below these ends; gives the problem where it has not. */
  waitForView(ends: readonly { readonly shard: number; readonly offset: number }[]): Promise<string | undefined> {
    this.write({ ask: 'caught-up', ends })
    return this.caughtUp.promise
  }

  /** SIGSTOP: the process stands still, its connections stay open. */
  pause(): void {
    this.child.kill('SIGSTOP')
  }

  resume(): void {
    this.child.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    this.isExitExpected = true
    this.child.kill('SIGKILL')
    await this.ended
  }

  /** As a deployment ends it. Killed when it takes longer than `patience` milliseconds; gives whether it ended by itself. */
  async stop(patience = 30_000): Promise<boolean> {
    this.isExitExpected = true
    this.isReady = false
    this.write({ ask: 'stop' })
    let ended = true
    const tooLate = setTimeout(() => {
      ended = false
      this.child.kill('SIGKILL')
    }, patience)
    await this.ended
    clearTimeout(tooLate)
    return ended
  }

  private settle(id: string) {
    const waiting = this.waiting.get(id)
    this.waiting.delete(id)
    return waiting
  }

  private write(request: NodeRequest): void {
    this.child.stdin?.write(`${JSON.stringify(request)}\n`)
  }
}
