import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** The folder of the repository. */
export const root = join(import.meta.dirname, '..')

/** Builds these TypeScript projects as `npm test` has done; here too, so that a test that is run alone sees the code as it is. */
export function build(...projects: string[]): void {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', ...projects], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
}
