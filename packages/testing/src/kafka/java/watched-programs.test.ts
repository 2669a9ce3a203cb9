import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WatchedPrograms } from './watched-programs.js'

const forever = ['-e', 'console.log("up"); setInterval(() => {}, 1000)']

describe('watched programs', () => {
  let folder: string
  let programs: WatchedPrograms
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ottla-watched-'))
    programs = new WatchedPrograms()
  })
  afterEach(async () => {
    await programs.endAll()
    rmSync(folder, { recursive: true, force: true })
  })

  test('print into their file, and tell how they ended', async () => {
    const output = join(folder, 'log')
    const { exited } = await programs.run(process.execPath, ['-e', 'console.log("one"); console.error("two"); process.exit(3)'], output)
    expect(await exited).toBe('exit code 3')
    expect(readFileSync(output, 'utf8')).toBe('one\ntwo\n')
  })

  test('that cannot be started are an error of the call', async () => {
    await expect(programs.run('/nowhere/java', [], join(folder, 'log'))).rejects.toThrow('ENOENT')
  })

  test('are ended one by one, or all together with the temporary folder', async () => {
    const temporary = await programs.temporaryFolder(join(folder, 'temporary-'))
    const one = await programs.run(process.execPath, forever, join(folder, 'one'))
    const two = await programs.run(process.execPath, forever, join(temporary, 'two'))
    await programs.end(one, 'SIGTERM')
    expect([await one.exited, isAlive(one.pid), isAlive(two.pid)]).toEqual(['SIGTERM', false, true])
    await programs.endAll()
    expect([isAlive(two.pid), existsSync(temporary)]).toEqual([false, false])
    await expect(programs.run(process.execPath, forever, join(folder, 'three'))).rejects.toThrow(/^KAFKA_STOPPED/)
  })

  test('are killed by this process when their watcher is killed', async () => {
    const program = await programs.run(process.execPath, forever, join(folder, 'log'))
    await vi.waitFor(() => expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('up\n'), 20_000)
    process.kill(programs.watcherPid, 'SIGKILL')
    expect(await program.exited).toBe('the watcher ended')
    await vi.waitFor(() => expect(isAlive(program.pid)).toBe(false), 20_000)
  })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
