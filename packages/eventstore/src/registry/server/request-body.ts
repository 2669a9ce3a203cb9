import type { IncomingMessage } from 'node:http'
import { httpRefusals } from './rest-error.js'

/**
 * What a body may be, as in the original. Nothing that a web page could send without asking: a registry on this machine must not be changed by one that
 * somebody visits.
 */
const accepted: ReadonlySet<string> = new Set([
  'application/vnd.schemaregistry.v1+json',
  'application/vnd.schemaregistry+json',
  'application/json',
  'application/octet-stream',
])

/** More than any schema. */
const longestBody = 4 * 1024 * 1024

/** The JSON of the body. Rejects with 415, 413 and, where it is no JSON, with 400. */
export async function requestBody(request: IncomingMessage): Promise<unknown> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';')
  if (!accepted.has(type.trim().toLowerCase())) throw httpRefusals.mediaTypeUnsupported()
  const text = (await bytesOf(request)).toString()
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw httpRefusals.badRequest((error as Error).message)
  }
}

/** What is too much is read and thrown away: a client that still sends would not hear the answer. */
async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > longestBody) chunks.length = 0
    else chunks.push(chunk)
  }
  if (length > longestBody) throw httpRefusals.tooLarge(longestBody)
  return Buffer.concat(chunks)
}
