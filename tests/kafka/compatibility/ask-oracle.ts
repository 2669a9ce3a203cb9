import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { avroJars } from '@ottla/testing/kafka'

/** The answers of Avro's own implementation to these questions, in order; one program in a JVM answers them all. Rejects with what it complained about. */
export async function askOracle<T>(questions: readonly object[], program = new URL('Oracle.java', import.meta.url)): Promise<readonly T[]> {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin/java') : 'java'
  const parameters = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${await avroJars()}/*`, fileURLToPath(program)]
  const oracle = spawn(java, parameters, { stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = once(oracle, 'close')
  const [answers, complaint] = [text(oracle.stdout), text(oracle.stderr)]
  oracle.stdin.on('error', () => {})
  oracle.stdin.end(questions.map(question => `${JSON.stringify(question)}\n`).join(''))
  const [code] = (await ended) as [number | null]
  if (code !== 0) throw new Error(`The oracle ended with ${code}: ${await complaint}`)
  const lines = (await answers).split('\n').filter(line => line !== '')
  return lines.map(line => JSON.parse(line) as T)
}
