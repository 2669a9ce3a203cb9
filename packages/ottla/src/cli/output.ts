import Table from 'cli-table3'

/** Prints a line of what was asked for; waits where the reader of a pipe is slower. */
export async function printLine(text: string): Promise<void> {
  if (!process.stdout.write(`${text}\n`)) await new Promise(resolve => process.stdout.once('drain', resolve))
}

/** A column of a table: numbers stand to the right. */
export interface Column {
  readonly name: string
  readonly right?: boolean
}

const edges = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
const lines = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle']

/** A table without borders, so that other programs can take it apart as well as people can read it. */
export function tableText(columns: readonly Column[], rows: readonly (readonly (string | number)[])[]): string {
  const table = new Table({
    head: columns.map(({ name }) => name),
    colAligns: columns.map(({ right }) => (right ? 'right' : 'left')),
    chars: { ...Object.fromEntries([...edges, ...lines].map(part => [part, ''])), middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: process.stdout.isTTY ? ['bold'] : [], border: [] },
  })
  table.push(...rows.map(row => row.map(String)))
  return table.toString().replace(/ +$/gm, '')
}
