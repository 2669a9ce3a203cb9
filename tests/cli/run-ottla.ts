import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The config file of the shop that the tests run, as the command loads it: built. */
export const shopConfig = join(root, 'tests/dist/cli/shop.config.js')

/** What config files of the tests import as 'ottla': the same that the command runs on. */
export const builtOttla = join(root, 'packages/ottla/dist/index.js')

/** The config file of the sample, built. */
export const orderSagaConfig = join(root, 'examples/order-saga/dist/ottla.config.js')

export interface Ended {
  /** null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningOttla {
  readonly process: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
  /** Resolves with what was printed so far once that has `count` lines; rejects when the command ends before. */
  lines(count: number): Promise<readonly string[]>
}

export interface OttlaOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** What node itself is given before the command. */
  readonly nodeArguments?: readonly string[]
}

/** Runs the built `ottla` command to its end. */
export const ottla = (parameters: readonly string[], options?: OttlaOptions): Promise<Ended> => startOttla(parameters, options).ended

/** Starts the built `ottla` command. */
export function startOttla(parameters: readonly string[], { cwd, env, nodeArguments = [] }: OttlaOptions = {}): RunningOttla {
  const { OTTLA_DEBUG: _, ...inherited } = process.env
  const child = spawn(process.execPath, [...nodeArguments, join(root, 'packages/ottla/bin/ottla.js'), ...parameters], { cwd, env: { ...inherited, ...env } })
  child.stdin.end()
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', text => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text))
  const ended = new Promise<Ended>((resolve, refuse) => {
    child.on('error', refuse)
    child.on('close', code => resolve({ code, stdout, stderr }))
  })
  const lines = (count: number) =>
    new Promise<readonly string[]>((resolve, refuse) => {
      const look = () => stdout.split('\n').length > count && resolve(stdout.split('\n').slice(0, -1))
      child.stdout.on('data', look)
      child.on('close', () => refuse(new Error(`ottla ended with ${count} lines not yet printed:\n${stdout}${stderr}`)))
      look()
    })
  return { process: child, ended, lines }
}
