// test-counts.mjs REPORT CODE: says in one line what the report of `npm test`, which ended with CODE, counts. Exit code 0 only if tests passed and nothing failed.
import { existsSync, readFileSync } from 'node:fs'

const [file, code] = process.argv.slice(2)
const { success, numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0, testResults = [] } = read()

/** Test files that could not even be loaded have no failed test to count. */
const broken = testResults.filter(({ status, assertionResults }) => status === 'failed' && !assertionResults.some(test => test.status === 'failed'))
for (const { name, message } of broken) console.log(`${name} failed as a whole: ${message.split('\n')[0]}`)

const failed = numFailedTests + broken.length
const right = code === '0' && success === true && failed === 0 && numPassedTests > 0
if (success !== undefined && !right && failed === 0) console.log(`npm test ended with exit code ${code}, although no test failed: see above.`)
console.log(`${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`)
process.exitCode = right ? 0 : Number(code) || 1

function read() {
  if (!existsSync(file)) {
    console.log(`The tests crashed before they reported anything (exit code ${code}).`)
    return {}
  }
  return JSON.parse(readFileSync(file, 'utf8'))
}
