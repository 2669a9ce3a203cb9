/** What a registered error says: `what` happened with which values, and what `todo`. `{name}` stands for a detail. */
export interface ErrorSpec {
  readonly what: string
  readonly todo: string
  /** Whether the same call may succeed later without any change. Default false. */
  readonly retriable?: boolean
}

/** The names in braces; braces with blanks in them are plain text, such as `{ name, modules }`. */
type Placeholders<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${string} ${string}` ? never : Name) | Placeholders<Rest>
  : never

/** The values that a spec's texts name. */
export type ErrorDetails<S extends ErrorSpec> = Record<Placeholders<S['what']> | Placeholders<S['todo']>, unknown> & Record<string, unknown>

/**
 * Every error that Ottla throws. Match it by `code` (stable, documented in docs/reference/errors.md), never by class
 * identity: two copies of a package may be installed.
 */
export class OttlaError extends Error {
  override readonly name = 'OttlaError'

  constructor(
    readonly code: string,
    message: string,
    readonly retriable: boolean,
    readonly details: Readonly<Record<string, unknown>>,
    options?: { cause?: unknown },
  ) {
    super(`${code}: ${message}`, options)
  }
}

/** Whether `error` is Ottla's, and, where codes are given, one of them. */
export function isOttlaError(error: unknown, ...codes: string[]): error is OttlaError {
  const code = (error as OttlaError | undefined)?.code
  return error instanceof Error && error.name === 'OttlaError' && typeof code === 'string' && (codes.length === 0 || codes.includes(code))
}

/** A package's error codes: the list that the docs are checked against, and the one way to make such an error. */
export interface ErrorRegistry<S extends Record<string, ErrorSpec>> {
  readonly specs: S
  create<K extends keyof S & string>(code: K, details: ErrorDetails<S[K]>, options?: { cause?: unknown }): OttlaError
}

/** Registers the error codes of one package. A retired code must not be used again. */
export function defineErrors<const S extends Record<string, ErrorSpec>>(specs: S): ErrorRegistry<S> {
  return {
    specs,
    create(code, details, options) {
      const spec = specs[code] as ErrorSpec
      return new OttlaError(code, `${fill(spec.what, details)} ${fill(spec.todo, details)}`, spec.retriable ?? false, details, options)
    },
  }
}

function fill(text: string, details: Readonly<Record<string, unknown>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => show(details[name]))
}

function show(value: unknown): string {
  if (value instanceof Error) return value.message
  if (typeof value === 'object' && value !== null) return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}` : part))
  return String(value)
}
