import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exclusively } from './lock.mjs'
import { run } from './run.mjs'

/** The folder of the repository, and the Node 24 that the lockfile brings. */
export const root = fileURLToPath(new URL('..', import.meta.url))
export const node = join(root, 'node_modules/node/bin/node')

/**
 * Installs what is missing and builds the TypeScript projects of these folders, while no other process does. Everything that npm and the compiler print goes to
 * stderr: stdout belongs to the program that runs afterwards. When something fails, says what and ends this process with its exit code.
 */
export async function setUp(...projects) {
  const waiting = () => say('Another process installs or builds in this folder; waiting for it.')
  await exclusively(
    root,
    async lock => {
      const stdio = ['ignore', 2, 2, lock ?? 'ignore']
      if (!isInstalled()) await install(stdio)
      const code = await run(node, [join(root, 'node_modules/typescript/bin/tsc'), '-b', ...projects], { cwd: root, stdio })
      if (code !== 0) fail(code, 'The build failed (see above).')
    },
    waiting,
  )
}

/** Whether node_modules has what package-lock.json asks for: npm leaves its own list there when an install is complete. */
function isInstalled() {
  const wanted = readPackages('package-lock.json')
  const actual = readPackages('node_modules/.package-lock.json')
  return existsSync(node) && Object.entries(wanted).every(([path, entry]) => isThere(path, entry, actual[path]))
}

function isThere(path, wanted, actual) {
  if (!path.includes('node_modules/')) return true
  if (!actual) return wanted.optional === true
  return wanted.link === actual.link && wanted.version === actual.version && wanted.integrity === actual.integrity
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages
  } catch {
    return {}
  }
}

async function install(stdio) {
  say('Installing the dependencies (npm ci) ...')
  const [file, ...args] = npm()
  const flags = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error', '--progress=false']
  // npm must not run on the node that it is about to delete.
  const path = (process.env.PATH ?? '').split(delimiter).filter(folder => !folder.includes(join(root, 'node_modules')))
  const options = { cwd: root, stdio, env: { ...process.env, PATH: path.join(delimiter) }, shell: process.platform === 'win32' && file === 'npm' }
  const code = await run(file, [...args, ...flags], options).catch(error =>
    fail(1, `npm cannot be run (${error.message}). Install Node.js 20 or newer with npm.`),
  )
  if (code !== 0) fail(code, `npm ci failed with exit code ${code} (see above). Is the npm registry reachable? Run the same command again when it is.`)
  if (!existsSync(node)) fail(1, 'npm ci brought no Node 24: install scripts are switched off. Run: npm ci --ignore-scripts=false')
}

/** The npm that runs this script, by the node that runs it; else the one on the PATH. */
function npm() {
  const { npm_execpath: cli, npm_node_execpath: runtime } = process.env
  return cli?.endsWith('npm-cli.js') ? [runtime ?? process.execPath, cli] : ['npm']
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

function fail(code, text) {
  say(text)
  process.exit(code)
}
