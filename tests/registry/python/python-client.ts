import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'

const run = promisify(execFile)
const requirements = join(import.meta.dirname, 'requirements.txt')

/** Beside what else the tests have fetched; of its own for each list of packages. */
const folder = join(homedir(), '.cache', 'ottla', `python-${createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)}`)
const python = join(folder, 'bin', 'python')

/**
 * Makes a virtual environment with Confluent's client for Python, once on this machine, and gives why there is none where Python or its packages cannot be had:
 * then says so on standard error in one line that nobody overlooks.
 */
export async function preparePython(): Promise<string | undefined> {
  if (existsSync(python)) return undefined
  // Another run of the tests may be at it, too: the first that has finished wins.
  const making = `${folder}-${process.pid}`
  try {
    mkdirSync(making, { recursive: true })
    await run('python3', ['-m', 'venv', making])
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:', '-r', requirements]
    await run(join(making, 'bin', 'python'), install, { timeout: 300_000 })
    if (!existsSync(python)) renameSync(making, folder)
    return undefined
  } catch (error) {
    const why = `${(error as { stderr?: string }).stderr || (error as Error).message}`.trim().split('\n').at(-1)
    process.stderr.write(
      `\n*** NO PYTHON CLIENT: the tests of the registry with Python are SKIPPED (${why}). They need python3 from 3.10 on, with venv and pip. ***\n\n`,
    )
    return why
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}

/** An event as the program in Python reads it; every number is text. */
export interface PythonEvent {
  readonly type: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Runs client.py. Rejects with what it complained about. */
export async function askPython(given: {
  readonly url: string
  readonly events: readonly string[]
}): Promise<Record<string, unknown> & { readonly events: PythonEvent[] }> {
  const child = spawn(python, [join(import.meta.dirname, 'client.py')], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(JSON.stringify(given))
  const [said, complaints] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (said === '') throw new Error(complaints)
  return JSON.parse(said)
}
