/**
 * The text of docs/reference/errors.md.
 * @param {{ package: string, specs: Record<string, { what: string, todo: string, retriable?: boolean }> }[]} registries in the order of the layers
 */
export function errorsPage(registries) {
  return `# Errors

Every error that Ottla throws is an \`OttlaError\` with a stable \`code\`, \`retriable\`, the values as \`details\` and, where there is one, the \`cause\`. Its message reads
\`CODE: what happened with which values. What to do.\` Match it by its code, never by its class: \`isOttlaError(error, 'OVERLOADED')\`. A retriable error may go away when the same call is
made again; any other needs a change first.

A command that an aggregate refuses is no error: its receipt says \`rejected\`, with the reason that the handler gave.

This page is written by \`npm run docs\` from the registries in the code; a test compares the two.
${registries.map(section).join('')}`
}

function section({ package: name, specs }) {
  const rows = Object.entries(specs).map(
    ([code, { what, todo, retriable }]) => `| \`${code}\` | ${cell(what)} | ${cell(todo)} | ${retriable ? 'yes' : 'no'} |\n`,
  )
  return `
## ${name}

| code | what happened | what to do | retriable |
|---|---|---|---|
${rows.join('')}`
}

/** A text with its placeholders in italics, safe inside a table. */
function cell(text) {
  return text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replace(/\{(\w+)\}/g, '*$1*')
}
