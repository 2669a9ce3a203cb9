import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

/** A Java runtime. */
export interface Java {
  readonly file: string
  readonly version: number
}

/** The JVM's options for what shall start quickly: half the CPU of a usual start, and less speed later. */
export const quickStart = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'] as const

/** Where installers put runtimes beside the default one. */
const parents = ['/usr/lib/jvm', join(homedir(), '.sdkman/candidates/java'), join(homedir(), '.jdks'), '/Library/Java/JavaVirtualMachines', '/opt/java']

/**
 * The first Java of at least this version: `JAVA_HOME`, then the one on the `PATH`, then `JAVA_HOME_21` and its like, then what lies where installers put it. The
 * version is read from the runtime's `release` file, so that no process is started to find out.
 */
export function findJava(oldest: number): Java | undefined {
  for (const home of homes()) {
    const version = versionOf(home)
    if (version !== undefined && version >= oldest) return { file: join(home, 'bin/java'), version }
  }
  return undefined
}

function* homes(): Iterable<string> {
  const { env } = process
  if (env.JAVA_HOME) yield env.JAVA_HOME
  const onPath = findOnPath('java')
  if (onPath !== undefined) yield dirname(dirname(realpathSync(onPath)))
  for (const [name, home] of Object.entries(env).sort()) if (name.startsWith('JAVA_HOME_') && home) yield home
  for (const parent of parents) {
    for (const name of namesIn(parent)) {
      yield join(parent, name)
      yield join(parent, name, 'Contents/Home')
    }
  }
}

/** The first file of this name in a folder of the `PATH`. */
export function findOnPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '')
  const folder = folders.find(folder => namesIn(folder).includes(name))
  return folder === undefined ? undefined : join(folder, name)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/** `JAVA_VERSION="17.0.15"` in `<home>/release`. */
function versionOf(home: string): number | undefined {
  try {
    const version = /^JAVA_VERSION="?(\d+)/m.exec(readFileSync(join(home, 'release'), 'utf8'))
    return version ? Number(version[1]) : undefined
  } catch {
    return undefined
  }
}
