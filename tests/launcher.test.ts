import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const scripts = pathToFileURL(join(import.meta.dirname, '../scripts/')).href

let folder = ''
let started: number[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ottla '))
  started = []
})
afterEach(() => {
  for (const pid of started) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

describe('run', () => {
  it('gives the exit code of its child', async () => {
    const launcher = launch('process.exit(7)')
    expect(await once(launcher, 'exit')).toEqual([7, null])
  })

  it('gives 128 and the number of the signal that ended its child', async () => {
    const launcher = launch("process.kill(process.pid, 'SIGKILL')")
    expect(await once(launcher, 'exit')).toEqual([137, null])
  })

  it('passes SIGTERM on and waits for the answer', async () => {
    const launcher = launch("process.on('SIGTERM', () => setTimeout(() => process.exit(8), 50)); setInterval(() => {}, 1000)")
    await pidOfApp()
    launcher.kill('SIGTERM')
    expect(await once(launcher, 'exit')).toEqual([8, null])
  })

  it('leaves one Ctrl-C, which the whole group gets, one', async () => {
    const launcher = launch(`let n = 0; process.on('SIGINT', () => { n++; setTimeout(() => process.exit(n), 300) }); setInterval(() => {}, 1000)`)
    await pidOfApp()
    process.kill(-(launcher.pid as number), 'SIGINT')
    expect(await once(launcher, 'exit')).toEqual([1, null])
  })

  it('passes on a Ctrl-C that only the launcher got', async () => {
    const launcher = launch("process.on('SIGINT', () => process.exit(9)); setInterval(() => {}, 1000)")
    await pidOfApp()
    launcher.kill('SIGINT')
    expect(await once(launcher, 'exit')).toEqual([9, null])
  })

  it('tells its child when it is killed itself', async () => {
    const launcher = launch("process.on('disconnect', () => process.exit()); setInterval(() => {}, 1000)")
    const app = await pidOfApp()
    launcher.kill('SIGKILL')
    await vi.waitFor(() => expect(isAlive(app)).toBe(false), 10_000)
  })

  it('ends its child and itself when its parent is killed', async () => {
    writeFileSync(join(folder, 'launcher.mjs'), launcherOf("process.on('disconnect', () => {}); setInterval(() => {}, 1000)"))
    const parent = node(`
      import { spawn } from 'node:child_process'
      console.log(spawn(process.execPath, [${JSON.stringify(join(folder, 'launcher.mjs'))}], { stdio: 'ignore' }).pid)`)
    const launcher = Number(await lineOf(parent))
    const app = await pidOfApp()
    started.push(launcher)
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect([isAlive(launcher), isAlive(app)]).toEqual([false, false]), 10_000)
  })
})

describe('exclusively', () => {
  const holder = (body: string) => node(`import { exclusively } from '${scripts}lock.mjs'\nconst folder = ${JSON.stringify(folder)}\n${body}`)
  const wait = `await exclusively(folder, async () => console.log('got it'), () => console.log('waits'))`

  it('lets the second in when the first is done', async () => {
    const first = holder(
      `await exclusively(folder, async () => { console.log('got it'); await new Promise(done => process.stdin.once('data', done)); process.stdin.destroy() })`,
    )
    expect(await lineOf(first)).toBe('got it')
    const second = holder(wait)
    expect(await lineOf(second)).toBe('waits')
    first.stdin?.write('done\n')
    expect(await lineOf(second)).toBe('got it')
  })

  it('lets the second in when the first is killed', async () => {
    const first = holder(`await exclusively(folder, async () => { console.log('got it'); await new Promise(done => process.stdin.once('data', done)) })`)
    expect(await lineOf(first)).toBe('got it')
    const second = holder(wait)
    expect(await lineOf(second)).toBe('waits')
    first.kill('SIGKILL')
    expect(await lineOf(second)).toBe('got it')
  })

  it('is kept by a child that outlives the first', async () => {
    const first = holder(`
      import { spawn } from 'node:child_process'
      await exclusively(folder, async lock => {
        const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: ['ignore', 'ignore', 'ignore', lock] })
        console.log(child.pid)
        await new Promise(done => child.once('exit', done))
      })`)
    const child = Number(await lineOf(first))
    started.push(child)
    first.kill('SIGKILL')
    const second = holder(wait)
    expect(await lineOf(second)).toBe('waits')
    process.kill(child, 'SIGKILL')
    expect(await lineOf(second)).toBe('got it')
  })
})

/** A launcher in a process group of its own, whose app first writes down its pid and then does `body`. */
function launch(body: string): ChildProcess {
  return node(launcherOf(body))
}

function launcherOf(body: string): string {
  const app = join(folder, 'app.mjs')
  writeFileSync(
    app,
    `import { writeFileSync } from 'node:fs'\nprocess.channel?.unref()\n${body}\nwriteFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid))`,
  )
  return `
    import { run } from '${scripts}run.mjs'
    process.exitCode = await run(process.execPath, [${JSON.stringify(app)}], { orphan: 'kill', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })`
}

function node(program: string): ChildProcess {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  started.push(child.pid as number)
  return child
}

/** The app's pid, once it runs with its handlers set. */
async function pidOfApp(): Promise<number> {
  const pid = await vi.waitFor(() => {
    const text = readFileSync(join(folder, 'pid'), 'utf8')
    expect(text).not.toBe('')
    return Number(text)
  }, 20_000)
  started.push(pid)
  return pid
}

async function lineOf(child: ChildProcess): Promise<string> {
  const [chunk] = await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data')
  return String(chunk).trim()
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(process.platform === 'linux' ? readFileSync(`/proc/${pid}/status`, 'utf8') : '')
  } catch {
    return false
  }
}
