import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { testingErrors } from '../../testing-errors.js'
import type { WatcherAnswer, WatcherRequest } from './watcher-protocol.js'

/** A program that the watcher runs. */
export interface WatchedProgram {
  readonly pid: number
  /** Resolves with "exit code n" or the name of the signal when it has ended. Never rejects. */
  readonly exited: Promise<string>
}

type Request = WatcherRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never
type Reply = Extract<WatcherAnswer, { id: number }>

/** The watcher beside its source: `.ts` where the sources run, `.js` where they are compiled. */
const watcher = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './watcher.ts' : './watcher.js', import.meta.url))

/**
 * Programs that do not outlive this process, however it ends: a watcher process runs them and ends them when the pipe to this process closes.
 */
export class WatchedPrograms {
  readonly #watcher: ChildProcess
  readonly #waiting = new Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>()
  readonly #exits = new Map<number, (how: string) => void>()
  #requests = 0
  #inBackground = false
  #gone: string | undefined

  /** With `lock`, the descriptor of a lock: the watcher inherits it, so that the lock lasts until the last program has ended. */
  constructor(lock?: number) {
    this.#watcher = spawn(process.execPath, [watcher], { detached: true, stdio: ['pipe', 'pipe', 'pipe', lock ?? 'ignore'] })
    let complaint = ''
    this.#watcher.stderr?.on('data', text => {
      complaint = `${complaint}${text}`.slice(-1000)
    })
    this.#watcher.stdin?.on('error', () => {})
    this.#watcher.once('error', error => this.#lost(error.message))
    this.#watcher.once('close', (code, signal) => this.#lost(`it ended with ${signal ?? `exit code ${code}`} ${complaint}`.trimEnd()))
    createInterface({ input: this.#watcher.stdout as Socket }).on('line', line => this.#hear(JSON.parse(line) as WatcherAnswer))
  }

  get watcherPid(): number {
    return this.#watcher.pid as number
  }

  /** From now on the programs do not keep this process alive, except while one of the calls below is under way. */
  letGo(): void {
    this.#inBackground = true
    if (this.#waiting.size === 0) this.#hold(false)
  }

  /** Makes a temporary folder that is removed when this process ends or `endAll` is called; from then on programs end by SIGKILL. */
  async temporaryFolder(prefix: string): Promise<string> {
    return (await this.#ask({ ask: 'temporary-folder', prefix })).folder as string
  }

  /** Starts a program; what it prints is appended to the file `output`. */
  async run(file: string, args: readonly string[], output: string): Promise<WatchedProgram> {
    const pid = (await this.#ask({ ask: 'spawn', file, args, output })).pid as number
    return { pid, exited: new Promise(resolve => this.#exits.set(pid, resolve)) }
  }

  /** Ends a program and waits until it is gone; one that does not hear SIGTERM is killed after 20 seconds. */
  async end(program: WatchedProgram, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#ask({ ask: 'end-one', pid: program.pid, signal })
  }

  /** Ends all of them and the watcher. */
  async endAll(): Promise<void> {
    if (this.#gone !== undefined) return
    const closed = once(this.#watcher, 'close')
    try {
      await this.#ask({ ask: 'end-all' })
    } finally {
      this.#hold(true)
      this.#watcher.stdin?.end()
      await closed
    }
  }

  #ask(request: Request): Promise<Reply> {
    if (this.#gone !== undefined) return Promise.reject(testingErrors.create('KAFKA_STOPPED', { operation: request.ask, problem: this.#gone }))
    const id = ++this.#requests
    return new Promise<Reply>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#hold(true)
      this.#watcher.stdin?.write(`${JSON.stringify({ id, ...request })}\n`)
    })
  }

  #hear(answer: WatcherAnswer): void {
    if ('exited' in answer) {
      // The answer to `spawn` is handled in a microtask: an exit that came in the same chunk must not overtake it.
      setImmediate(() => {
        this.#exits.get(answer.exited)?.(answer.how)
        this.#exits.delete(answer.exited)
      })
      return
    }
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0 && this.#inBackground) this.#hold(false)
    if (answer.error === undefined) waiting?.resolve(answer)
    else waiting?.reject(new Error(answer.error))
  }

  /** Programs of a watcher that was killed itself would stay: this process ends them. */
  #lost(problem: string): void {
    if (this.#gone !== undefined) return
    this.#gone = problem
    for (const [pid, exited] of this.#exits) {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL')
      exited('the watcher ended')
    }
    for (const { reject } of this.#waiting.values()) reject(testingErrors.create('KAFKA_STOPPED', { operation: 'the request', problem }))
    this.#waiting.clear()
  }

  #hold(held: boolean): void {
    const verb = held ? 'ref' : 'unref'
    this.#watcher[verb]()
    for (const pipe of [this.#watcher.stdin, this.#watcher.stdout, this.#watcher.stderr]) (pipe as Socket | null)?.[verb]()
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
