import { systemClock } from 'ottla'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendBadRecord } from './bad-record.js'
import { ottla } from './run-ottla.js'
import { startShop, temporaryFolder } from './shop-data.js'

const folder = temporaryFolder()
const written = Date.UTC(2026, 10, 21, 9)
const found = Date.UTC(2026, 10, 21, 10)

beforeAll(async () => {
  await (await startShop(folder.data)).stop()
  await sendBadRecord(folder.data, written, { clock: { ...systemClock, now: () => found } })
})

afterAll(() => folder.remove())

const dlq = (...parameters: readonly string[]) => ottla(['dlq', ...parameters, '--data', folder.data])
const letter = {
  id: 'inbox/shop.commands-0@0',
  reader: 'inbox',
  topic: 'shop.commands',
  partition: 0,
  offset: 0,
  code: 'RECORD_FORMAT_UNKNOWN',
  reason: expect.stringMatching(/^RECORD_FORMAT_UNKNOWN: .* It is shop\.commands-0@0\.$/),
  attempts: 1,
  key: 'o-9',
  headers: { message: 'command', type: 'shop.PlaceOrder', command: 'c-9' },
  bytes: 17,
  timestamp: '2026-11-21T09:00:00.000Z',
  setAsideAt: '2026-11-21T10:00:00.000Z',
  value: Buffer.from('{"orderId":"o-9"}').toString('base64'),
}

describe('ottla dlq list', () => {
  it('gives each record that was set aside: why, from where, and as it was', async () => {
    const { stdout } = await dlq('list', '--json')
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line)),
    ).toEqual([letter])
  })

  it('prints a table without --json', async () => {
    const { stdout } = await dlq('list')
    expect(stdout.split('\n').map(line => line.split(/ {2,}/))).toEqual([
      ['Set aside', 'Id', 'Type', 'Key', 'Bytes', 'Code'],
      [letter.setAsideAt, letter.id, 'shop.PlaceOrder', 'o-9', '17', letter.code],
      [''],
    ])
  })

  it('is empty where nothing was set aside', async () => {
    const other = temporaryFolder()
    await (await startShop(other.data)).stop()
    expect(await ottla(['dlq', 'list', '--json', '--data', other.data])).toMatchObject({ code: 0, stdout: '' })
    other.remove()
  })
})

describe('ottla dlq show', () => {
  it('gives one of them', async () => {
    expect(JSON.parse((await dlq('show', letter.id, '--json')).stdout)).toEqual(letter)
  })

  it('prints a line for each thing without --json', async () => {
    const { stdout } = await dlq('show', letter.id)
    expect(stdout).toContain('place           shop.commands-0@0\n')
    expect(stdout).toContain('header type     shop.PlaceOrder\n')
    expect(stdout).toContain(`value           ${letter.value}\n`)
  })

  it('says so where there is none with this id', async () => {
    expect(await dlq('show', 'inbox/shop.commands-0@7')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('DEAD_LETTER_UNKNOWN: There is no dead letter inbox/shop.commands-0@7; there are 1.'),
    })
  })
})
