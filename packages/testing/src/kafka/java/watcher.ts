/**
 * A program of its own, which runs brokers and registry for a process that may be killed at any moment: when the pipe on its standard input closes, whatever
 * the reason, it ends them, removes the temporary folder and exits. It is the parent of all that it runs, so there is no moment at which a program runs that it
 * does not know. It has its own session, so Ctrl-C in a terminal does not reach it. It imports nothing of Ottla: Node.js runs it as it is, also uncompiled.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { WatcherAnswer, WatcherRequest } from './watcher-protocol.js'

/** How long a program that keeps its data may take to end by itself, in milliseconds. */
const grace = 20_000

const running = new Map<number, { readonly child: ChildProcess; readonly exited: Promise<void> }>()
let temporaryFolder: string | undefined
let ended: Promise<void> | undefined

process.stdout.on('error', () => {}) // the parent is gone: its pipe closes too
process.on('SIGINT', () => {}).on('SIGHUP', () => {})
process.on('SIGTERM', () => void endAll().then(() => process.exit(0)))
createInterface({ input: process.stdin })
  .on('line', line => void serve(JSON.parse(line) as WatcherRequest))
  .on('close', () => void endAll().then(() => process.exit(0)))

async function serve(request: WatcherRequest): Promise<void> {
  try {
    answer({ id: request.id, ...(await fulfil(request)) })
  } catch (error) {
    answer({ id: request.id, error: (error as Error).message })
  }
}

async function fulfil(request: WatcherRequest): Promise<{ folder?: string; pid?: number }> {
  if (request.ask === 'end-all') await endAll()
  else if (request.ask === 'end-one') await endOne(request.pid, request.signal)
  else if (ended) throw new Error('everything is being ended')
  else if (request.ask === 'spawn') return { pid: await run(request.file, request.args, request.output) }
  else {
    temporaryFolder ??= mkdtempSync(request.prefix)
    return { folder: temporaryFolder }
  }
  return {}
}

function run(file: string, args: readonly string[], output: string): Promise<number> {
  const log = openSync(output, 'a')
  const child = spawn(file, args, { stdio: ['ignore', log, log] })
  closeSync(log)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => {
      const pid = child.pid as number
      const exited = new Promise<void>(gone =>
        child.once('exit', (code, signal) => {
          running.delete(pid)
          answer({ exited: pid, how: signal ?? `exit code ${code}` })
          gone()
        }),
      )
      running.set(pid, { child, exited })
      resolve(pid)
    })
  })
}

async function endOne(pid: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const program = running.get(pid)
  if (!program) return
  program.child.kill(signal)
  const late = setTimeout(() => program.child.kill('SIGKILL'), grace)
  await program.exited
  clearTimeout(late)
}

/** Data that goes with its folder needs no clean end. */
function endAll(): Promise<void> {
  ended ??= Promise.all([...running.keys()].map(pid => endOne(pid, temporaryFolder === undefined ? 'SIGTERM' : 'SIGKILL'))).then(() => {
    if (temporaryFolder !== undefined) rmSync(temporaryFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })
  return ended
}

function answer(answer: WatcherAnswer): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
