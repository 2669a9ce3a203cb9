import { existsSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exclusively } from './lock.mjs'
import { run } from './run.mjs'

/** The folder of the repository, and the Node 24 that the lockfile brings. */
export const root = fileURLToPath(new URL('..', import.meta.url))
export const node = join(root, 'node_modules/node/bin/node')

/** What npm writes at the end of a complete install. */
const npmsList = join(root, 'node_modules/.package-lock.json')

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
  if (!existsSync(npmsList)) return false
  const wanted = readPackages(join(root, 'package-lock.json'))
  const actual = readPackages(npmsList)
  return existsSync(node) && Object.entries(wanted).every(([path, entry]) => isThere(path, entry, actual[path]))
}

function isThere(path, wanted, actual) {
  if (!path.includes('node_modules/')) return true
  if (!actual) return wanted.optional === true
  return wanted.link === actual.link && wanted.version === actual.version && wanted.integrity === actual.integrity
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch {
    return {}
  }
}

/**
 * Installs by the lockfile without changing it. `npm ci` refuses a lockfile that was made where the packages of some other platform could not be seen. npm would
 * take what an interrupted install left behind for complete, so that goes first: npm's own list is there only between two complete installs. Of the install
 * scripts only the one that fetches Node 24 runs: npm 10 would have better-sqlite3 compiled, which brings its binaries along.
 */
async function install(stdio) {
  say('Installing the dependencies ...')
  if (existsSync(npmsList) && existsSync(node)) rmSync(npmsList)
  else for (const folder of moduleFolders()) rmSync(folder, { recursive: true, force: true })
  await npm(stdio, 'install', '--no-save', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund')
  if (!existsSync(node)) await npm(stdio, 'rebuild', 'node', '--ignore-scripts=false')
  if (!isInstalled()) fail(1, 'npm left something out. Delete node_modules and run the same command again.')
}

/** Runs the npm that runs this script, on the node that it runs on; else the one on the PATH. */
async function npm(stdio, ...args) {
  const { npm_execpath: cli, npm_node_execpath: runtime } = process.env
  const [file, ...first] = cli?.endsWith('npm-cli.js') ? [runtime ?? process.execPath, cli] : ['npm']
  // npm must not run on the node that it may be about to delete.
  const path = (process.env.PATH ?? '').split(delimiter).filter(folder => !folder.startsWith(join(root, 'node_modules')))
  const options = { cwd: root, stdio, env: { ...process.env, PATH: path.join(delimiter) } }
  const code = await run(file, [...first, ...args, '--loglevel=error', '--progress=false'], options).catch(error =>
    fail(1, `npm cannot be run (${error.message}). Install Node.js 20 or newer with npm.`),
  )
  if (code !== 0) fail(code, `npm ${args[0]} failed with exit code ${code} (see above). Is the npm registry reachable? Run the same command again when it is.`)
}

/** Every node_modules folder that the lockfile puts something into. */
function moduleFolders() {
  const folders = Object.keys(readPackages(join(root, 'package-lock.json'))).map(path => path.split('node_modules/')[0])
  return [...new Set(folders)].map(folder => join(root, folder, 'node_modules'))
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

function fail(code, text) {
  // Above 128 a signal ended it: whoever sent it knows why.
  say(code > 128 ? 'Stopped.' : text)
  process.exit(code)
}
