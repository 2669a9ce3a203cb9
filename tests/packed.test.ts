import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build, root } from './built.js'

const packages = ['core', 'eventstore', 'projections', 'saga', 'testing', 'ottla']
const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as { devDependencies: Record<string, string>; name: string; bin?: object }

let folder = ''
let project = ''

/** An empty project of a user: the tarballs of all packages, TypeScript and the types of Node, and the README's program. */
beforeAll(() => {
  build('packages/ottla', 'packages/testing')
  folder = mkdtempSync(join(tmpdir(), 'ottla '))
  project = join(folder, 'project')
  mkdirSync(project)
  npm(root, 'pack', '--silent', '--pack-destination', folder, ...packages.map(name => `--workspace=packages/${name}`))
  const { typescript, '@types/node': nodeTypes } = readJson('package.json').devDependencies
  const dependencies = Object.fromEntries(packages.map(name => [readJson(`packages/${name}/package.json`).name, `file:${tarball(name)}`]))
  const devDependencies = { typescript, '@types/node': nodeTypes }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'shop', version: '1.0.0', private: true, type: 'module', dependencies, devDependencies }))
  npm(project, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error')
  cpSync(join(root, 'examples/quickstart/src/quickstart.ts'), join(project, 'quickstart.ts'))
  writeFileSync(
    join(project, 'imports.ts'),
    packages
      .map((name, i) => `import * as p${i} from '${readJson(`packages/${name}/package.json`).name}'\nconsole.log(Object.keys(p${i}).length > 0)\n`)
      .join(''),
  )
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the tarballs', () => {
  it.each(packages)('of %s have the license and no tests', name => {
    const files = execFileSync('tar', ['tzf', tarball(name)], { encoding: 'utf8' })
    expect(files).toContain('package/LICENSE')
    expect(files).toContain('package/dist/index.d.ts')
    expect(files).not.toMatch(/\.test\.|\.fixture\.|tsbuildinfo/)
  })

  it('are installed once each, and nothing comes from the repository', () => {
    const installed = globSync('**/node_modules/{ottla,@ottla/*}/package.json', { cwd: project }).map(file => file.slice('node_modules/'.length))
    expect(installed.sort()).toEqual(packages.map(name => `${readJson(`packages/${name}/package.json`).name}/package.json`).sort())
  })
})

describe.each([
  ['with the settings of the docs', { useDefineForClassFields: false }],
  ['where the compiler defines class fields, which is its default', {}],
])('an app in an empty project %s', (_, settings) => {
  it('compiles, library types included', () => {
    const compilerOptions = {
      target: 'ES2024',
      module: 'NodeNext',
      strict: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      types: ['node'],
      skipLibCheck: false,
      outDir: 'out',
      ...settings,
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['quickstart.ts', 'imports.ts'] }))
    rmSync(join(project, 'out'), { recursive: true, force: true })
    expect(node('node_modules/typescript/bin/tsc', '--pretty', 'false')).toBe('')
  })

  it('runs', () => {
    rmSync(join(project, 'bank-data'), { recursive: true, force: true })
    expect(node('out/quickstart.js')).toMatch(/^rejected \{ account: 'ada', balance: 40 \}\n$/)
  })

  it('reaches every package by its name', () => {
    expect(node('out/imports.js')).toBe('true\n'.repeat(packages.length))
  })
})

it('the ottla command is there', () => {
  expect(node('node_modules/.bin/ottla', '--help')).toContain('Usage: ottla')
})

it('an import of a file that is no entry point is refused', () => {
  writeFileSync(join(project, 'deep.js'), "import '@ottla/core/dist/errors/error.js'")
  expect(() => node('deep.js')).toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED')
})

function tarball(name: string): string {
  return join(folder, `${readJson(`packages/${name}/package.json`).name.replace('@', '').replace('/', '-')}-0.1.0.tgz`)
}

/** What a program in the project prints; the compiler's complaints, too, are on its stdout. */
function node(...args: string[]): string {
  try {
    return execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${args.join(' ')}\n${stdout}\n${stderr}`)
  }
}

function npm(cwd: string, ...args: string[]): void {
  const [file, ...first] = process.env.npm_execpath?.endsWith('npm-cli.js') ? [process.execPath, process.env.npm_execpath] : ['npm']
  execFileSync(file as string, [...first, ...args], { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
}
