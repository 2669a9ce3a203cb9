import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../built.js'

/** A process of its own that runs `startKafka` and waits; needs packages/testing built. */
export interface KafkaProcess {
  readonly child: ChildProcess
  /** The process, its watcher and its servers, as long as it lives. */
  pids(): number[]
  /** Resolves when its brokers serve. */
  readonly addresses: Promise<{ readonly brokers: readonly string[]; readonly registryUrl: string | undefined }>
}

const entry = pathToFileURL(join(root, 'packages/testing/dist/kafka/index.js')).href
const script = `
  const { startKafka } = await import(${JSON.stringify(entry)})
  const { brokers, registryUrl } = await startKafka(JSON.parse(process.argv[1]))
  console.log(JSON.stringify({ brokers, registryUrl }))
  setInterval(() => {}, 1000)`

/** Its `TMPDIR` is `temporary`, so that its temporary folders can be looked for there. */
export function kafkaProcess(options: object, temporary: string): KafkaProcess {
  const args = ['--input-type=module', '-e', script, JSON.stringify(options)]
  const child = spawn(process.execPath, args, { env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'inherit'] })
  const addresses = new Promise<Awaited<KafkaProcess['addresses']>>((resolve, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`it ended with ${signal ?? `exit code ${code}`}`)))
    child.stdout.once('data', line => resolve(JSON.parse(line)))
  })
  // Whoever kills it while it starts waits for no address.
  addresses.catch(() => {})
  return { child, pids: () => treeOf(child.pid as number), addresses }
}

/** A process and everything below it. */
function treeOf(top: number): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  const parents = rows.map(row => row.trim().split(/\s+/).map(Number) as [number, number])
  const tree = [top]
  for (const pid of tree) tree.push(...parents.filter(([, parent]) => parent === pid).map(([child]) => child))
  return tree
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
