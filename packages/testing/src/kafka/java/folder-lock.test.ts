import { expect, test } from 'vitest'
import { lockFolder } from './folder-lock.js'

test('a folder is locked once, and again when the first holder lets go', async () => {
  const folder = `/nowhere/${process.pid}`
  const first = await lockFolder(folder, 0)
  expect(first).toBeDefined()
  expect(await lockFolder(folder, 0)).toBeUndefined()
  const waiting = lockFolder(folder, 60_000)
  first?.release()
  const second = await waiting
  expect(second).toBeDefined()
  second?.release()
})
