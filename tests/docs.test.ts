import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

interface Registry {
  readonly package: string
  readonly specs: Readonly<Record<string, { readonly what: string; readonly todo: string; readonly retriable?: boolean }>>
}

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const notOurs = (name: string) => /(^|\/)(node_modules|dist|\.git)$/.test(name)

describe('docs/reference/errors.md', () => {
  it('has every error code of every registry, and no other: else run npm run docs', async () => {
    const { errorsPage } = (await import(pathToFileURL(join(root, 'scripts/errors-page.mjs')).href)) as { errorsPage(registries: Registry[]): string }
    expect(read('docs/reference/errors.md')).toBe(errorsPage(await registries()))
  })

  it('would miss no registry, because each is in a file of its own', () => {
    const elsewhere = globSync('packages/*/src/**/*.ts', { cwd: root }).filter(
      file => /= defineErrors\(/.test(read(file)) && !/(-errors|\.test)\.ts$/.test(file),
    )
    expect(elsewhere).toEqual([])
  })

  it('has each code once', async () => {
    const codes = (await registries()).flatMap(({ specs }) => Object.keys(specs))
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([])
    expect(codes.length).toBeGreaterThan(40)
  })
})

it('README.md is short and shows code early', () => {
  const lines = read('README.md').trimEnd().split('\n')
  expect(lines.length).toBeLessThanOrEqual(150)
  expect(lines.findIndex(line => line.startsWith('```ts')) + 1).toBeLessThan(30)
})

it('ARCHITECTURE.md has at most 250 lines', () => {
  expect(read('ARCHITECTURE.md').trimEnd().split('\n').length).toBeLessThanOrEqual(250)
})

it('ARCHITECTURE.md names files and folders that exist', () => {
  const files = globSync('{packages,tests}/**/*.ts', { cwd: root, exclude: notOurs }).map(file => `/${file.replace('/src/', '/')}`)
  const named = [...read('ARCHITECTURE.md').matchAll(/[\w./-]+\.ts\b/g)].map(([file]) => file)
  expect(named.filter(name => !files.some(file => file.endsWith(`/${name}`)))).toEqual([])
  expect(named.length).toBeGreaterThan(30)
  const folders = [...read('ARCHITECTURE.md').matchAll(/`((?:core|eventstore|tests)\/[\w/-]+)`/g)].map(([, folder]) => folder)
  expect(folders.filter(folder => !files.some(file => file.includes(`/${folder}/`) || file.endsWith(`/${folder}.test.ts`)))).toEqual([])
  expect(folders.length).toBeGreaterThan(20)
})

it('every relative link in a Markdown file leads to a file, and to a heading of it where it names one', () => {
  const pages = globSync('**/*.md', { cwd: root, exclude: notOurs })
  const broken = pages.flatMap(page =>
    linksOf(read(page))
      .filter(link => !resolves(page, link))
      .map(link => `${page}: ${link}`),
  )
  expect(broken).toEqual([])
  expect(pages).toContain('README.md')
})

it('docs/reference/kafkajs-facts.md names tests that exist', () => {
  const named = [...read('docs/reference/kafkajs-facts.md').matchAll(/\[([^\]]+)\]\(\.\.\/\.\.\/([^)]+\.ts)\)/g)]
  expect(named.filter(([, test, file]) => !read(file as string).includes(`'${test}'`)).map(([link]) => link)).toEqual([])
  expect(named.length).toBeGreaterThan(30)
})

/** The registries in the order of the layers, as scripts/errors-doc.mjs finds them. */
async function registries(): Promise<Registry[]> {
  const found: Registry[] = []
  for (const name of ['core', 'eventstore', 'projections', 'saga', 'testing', 'ottla']) {
    for (const file of globSync(`packages/${name}/src/**/*-errors.ts`, { cwd: root }).sort()) {
      for (const { specs } of Object.values((await import(join(root, file))) as Record<string, Registry>)) {
        if (specs) found.push({ package: name === 'ottla' ? name : `@ottla/${name}`, specs })
      }
    }
  }
  return found
}

function linksOf(markdown: string): string[] {
  const prose = markdown.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1] as string).filter(link => !/^[a-z]+:/.test(link))
}

function resolves(page: string, link: string): boolean {
  const [path, heading] = link.split('#') as [string, string?]
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, target))) return false
  return heading === undefined || headingsOf(read(target)).includes(heading)
}

/** Headings as GitHub turns them into anchors. */
function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(match =>
    (match[1] as string)
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
