import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type RunningOttla, startOttla } from '../cli/run-ottla.js'

/** A folder of its own, removed when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ottla-registry-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface RegistryProcess extends RunningOttla {
  readonly url: string
}

/** `ottla registry` on this folder, built, on a free port; ended when the test is over. */
export const startRegistry = (data: string, ...parameters: readonly string[]): Promise<RegistryProcess> => startRegistryWith('--data', data, ...parameters)

/** As `startRegistry`, with any parameters. */
export async function startRegistryWith(...parameters: readonly string[]): Promise<RegistryProcess> {
  const running = startOttla(['registry', '--port', '0', ...parameters])
  onTestFinished(async () => {
    running.process.kill()
    await running.ended
  })
  const [url = ''] = await running.lines(1)
  return { ...running, url }
}
