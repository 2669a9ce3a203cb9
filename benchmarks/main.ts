import { cpus, totalmem } from 'node:os'
import { codec } from './codec.js'
import { commands } from './commands.js'
import type { Measurement } from './measure.js'
import { rehydration } from './rehydration.js'

const benchmarks: Readonly<Record<string, () => Promise<Measurement[]>>> = { commands, rehydration, codec }

const names = process.argv.slice(2)
const unknown = names.filter(name => !(name in benchmarks))
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}.\n`)
  process.exit(2)
}

process.stdout.write(`${cpus()[0]?.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${process.platform}\n`)
for (const name of names.length > 0 ? names : Object.keys(benchmarks)) {
  for (const { what, rate, against, ratio, aim } of await (benchmarks[name] as () => Promise<Measurement[]>)()) {
    const comparison = against ? ` | ${per(against.rate)} ${against.what} | ratio ${ratio?.toFixed(2)}${aim ? ` (aim ${aim})` : ''}` : ''
    process.stdout.write(`${what}: ${per(rate)}${comparison}\n`)
  }
}

function per(rate: number): string {
  return `${Math.round(rate).toLocaleString('en')}/s`
}
