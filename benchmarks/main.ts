import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { codec } from './embedded/codec.js'
import { commands } from './embedded/commands.js'
import { rehydration } from './embedded/rehydration.js'
import { latency } from './kafka/latency.js'
import { restore } from './kafka/restore.js'
import { routed } from './kafka/routed.js'
import { sagas } from './kafka/sagas.js'
import { takeover } from './kafka/takeover.js'
import { throughput } from './kafka/throughput.js'
import type { Measurement } from './measure.js'

type Benchmark = () => Promise<readonly Measurement[]>

/** By log, since each has what the other has not: its own raw client to be measured against. */
const benchmarks: Readonly<Record<string, Readonly<Record<string, Benchmark>>>> = {
  embedded: { commands, rehydration, codec },
  kafka: { throughput, routed, latency, sagas, restore, takeover },
}

const { log, names } = readArguments()
const chosen = benchmarks[log] ?? refuse(`There is no log ${log}; there are ${Object.keys(benchmarks).join(', ')}.`)
const unknown = names.filter(name => !(name in chosen))
if (unknown.length > 0) refuse(`There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(chosen).join(', ')}.`)

print(`${cpus()[0]?.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${process.platform}`)
for (const name of names.length > 0 ? names : Object.keys(chosen)) {
  for (const measurement of await (chosen[name] as Benchmark)()) print(lineOf(measurement))
}

function readArguments(): { readonly log: string; readonly names: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { log: { type: 'string', default: 'embedded' } } })
    return { log: values.log, names: positionals }
  } catch (error) {
    return refuse((error as Error).message)
  }
}

function lineOf({ what, value, unit, against, ratio, aim }: Measurement): string {
  const comparison = against ? ` | ${figure(against.value, unit)} ${against.what}` : ''
  const aims = aim ? ` (aim ${aim.atLeast === undefined ? `≤ ${aim.atMost}` : `≥ ${aim.atLeast}`})` : ''
  return `${what}: ${figure(value, unit)}${comparison}${ratio === undefined ? '' : ` | ratio ${ratio.toFixed(2)}${aims}`}`
}

function figure(value: number, unit: Measurement['unit']): string {
  if (unit === '/s') return `${Math.round(value).toLocaleString('en')}/s`
  return unit === 'ms' ? `${value.toFixed(1)} ms` : value.toFixed(2)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
