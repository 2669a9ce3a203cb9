/** JSON as it is, where whole numbers that a JavaScript number cannot hold are bigints: defaults of longs are written in schemas as such. Throws SyntaxError. */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, exactNumber)
}

/** The text of what `parseExactJson` gave; with an indent, over several lines. */
export function exactJsonText(json: unknown, indent?: number): string {
  const exact = (_: string, value: unknown) => {
    if (typeof value === 'bigint') return rawJson(String(value))
    return Object.is(value, -0) ? rawJson('-0.0') : value
  }
  return JSON.stringify(json, exact, indent)
}

/** Only a source without a point or an exponent is a whole number as people write it; the third argument is in Node since version 21. */
function exactNumber(_: string, value: unknown, { source }: { readonly source?: string } = {}): unknown {
  return typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value
}

const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown }
