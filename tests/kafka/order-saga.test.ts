import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaSource } from '@ottla/testing/kafka'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, killRunningSamples, runSample, StartedSample } from '../order-saga/started-sample.js'
import { untilRows } from '../order-saga/views.js'

/** With a cluster of the environment the sample starts no broker of its own, and what it left there on an earlier run would be counted. */
const startsItsOwn = (await kafkaSource()) !== 'environment'

const orders = 300
const run = (data: string, ...more: readonly string[]) => ['--json', '--limit', `${orders}`, '--data', data, ...more]

function reportOf({ code, stdout, stderr }: Ended): object {
  expect(code, stderr).toBe(0)
  const { seconds: _, ...report } = JSON.parse(stdout)
  return report
}

describe.runIf(startsItsOwn)('the order saga on a development broker', { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'ottla-'))
  const data = join(folder, 'data')
  let expected: object

  beforeAll(async () => {
    expected = reportOf(await runSample(...run(join(folder, 'embedded'))))
  }, 120_000)
  afterEach(killRunningSamples)
  afterAll(() => rmSync(folder, { recursive: true }))

  test('goes on after kill -9, and comes to the report of the embedded log', async () => {
    const killed = new StartedSample(run(data, '--log', 'kafka'))
    await untilRows(data, 'orders', "select 1 from orders where status = 'confirmed'", 1)
    killed.kill('SIGKILL')
    await killed.ended
    expect(reportOf(await runSample(...run(data, '--log', 'kafka')))).toEqual(expected)
  })

  test('places no order twice in a second run, and says so', async () => {
    const ended = await runSample(...run(data, '--log', 'kafka'))
    expect(ended.stderr).toContain('Nothing to do')
    expect(reportOf(ended)).toEqual(expected)
  })

  test('begins anew with --fresh, which removes the data of the broker too', async () => {
    const ended = await runSample(...run(data, '--log', 'kafka', '--fresh'))
    expect(ended.stderr).not.toContain('Nothing to do')
    expect(reportOf(ended)).toEqual(expected)
    expect(existsSync(join(data, 'kafka'))).toBe(true)
  })

  test('starts nothing in a folder that holds something else', async () => {
    const foreign = mkdtempSync(join(folder, 'foreign-'))
    writeFileSync(join(foreign, 'letter.txt'), 'dear')
    const { code, stderr } = await runSample(...run(foreign, '--log', 'kafka'))
    expect(code).toBe(1)
    expect(stderr).toContain('LOG_FOLDER_INVALID')
    expect(readdirSync(foreign)).toEqual(['letter.txt'])
  })

  test('keeps the folder of an embedded log apart', async () => {
    const { code, stderr } = await runSample(...run(join(folder, 'embedded'), '--log', 'kafka'))
    expect(code).toBe(1)
    expect(stderr).toMatch(/LOG_FOLDER_INVALID: .*embedded log/)
  })
})
