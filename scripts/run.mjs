import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const parent = process.ppid

/**
 * Runs a program and gives its exit code (128 + n when signal n ended it, or came and was not heard: some tools end well all the same). While it runs, this process outlives it:
 * - Ctrl-C reaches the whole process group, so the child has it already and this process only waits. Where only this one was told (npm passes signals on), the
 *   child is told after a second.
 * - SIGTERM is passed on.
 * - When the parent of this process dies (`kill -9` of npm), this process ends at once. With `orphan: 'kill'` it takes the child along; without, the child finishes
 *   what it does (an install or a build, which hold the lock).
 */
export function run(file, args, { orphan = 'finish', ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, options)
    let heard
    const interrupt = () => {
      heard ??= 'SIGINT'
      setTimeout(() => child.kill('SIGINT'), 1000).unref()
    }
    const terminate = () => {
      heard ??= 'SIGTERM'
      child.kill('SIGTERM')
    }
    const watch = setInterval(() => {
      if (process.ppid === parent) return
      if (orphan === 'kill') child.kill('SIGKILL')
      process.exit(1)
    }, 100).unref()
    const done = settle => {
      clearInterval(watch)
      process.off('SIGINT', interrupt).off('SIGTERM', terminate)
      settle()
    }
    process.on('SIGINT', interrupt).on('SIGTERM', terminate)
    child.once('error', error => done(() => reject(error)))
    const codeOf = signal => 128 + constants.signals[signal]
    // What the app answers to a signal is its own; a step before it ends the whole run.
    const unheard = heard => heard !== undefined && orphan === 'finish'
    child.once('exit', (code, signal) => done(() => resolve(code === 0 && unheard(heard) ? codeOf(heard) : (code ?? codeOf(signal)))))
  })
}
