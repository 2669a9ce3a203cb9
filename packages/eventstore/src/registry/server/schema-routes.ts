import { parseExactJson } from '../exact-json.js'
import type { RegistryStore, StoredSchema, SubjectVersion } from './registry-store.js'
import { refusals } from './rest-error.js'
import { flag, idOf, page, type RestRequest } from './rest-request.js'
import type { Routes } from './routes.js'

/** Schemas by their ids. */
export const schemaRoutes: Routes = {
  'GET /schemas': async (store, request) => {
    const prefix = request.query.get('subjectPrefix')?.replace(/^:\*?\.?:/, '') ?? ''
    const versions = (await store.versions()).filter(each => each.subject.startsWith(prefix) && (flag(request, 'deleted') || !each.deleted))
    const isLatest = ({ subject }: SubjectVersion, index: number) => versions[index + 1]?.subject !== subject
    const wanted = flag(request, 'latestOnly') ? versions.filter(isLatest) : versions
    return page(request, wanted).map(({ subject, version, ...schema }) => ({ subject, version, id: schema.id, ...schemaJson(schema) }))
  },
  'GET /schemas/types': async () => ['AVRO'],
  'GET /schemas/ids/:id': async (store, request) => ({
    ...schemaJson(await wanted(store, request)),
    ...(flag(request, 'fetchMaxId') && { maxId: await store.lastId() }),
  }),
  'GET /schemas/ids/:id/schema': async (store, request) => parseExactJson((await wanted(store, request)).schema),
  'GET /schemas/ids/:id/subjects': async (store, request) => {
    const subjects = (await uses(store, request)).map(({ subject }) => subject)
    return page(request, [...new Set(subjects)])
  },
  'GET /schemas/ids/:id/versions': async (store, request) =>
    page(
      request,
      (await uses(store, request)).map(({ subject, version }) => ({ subject, version })),
    ),
}

async function wanted(store: RegistryStore, request: RestRequest): Promise<StoredSchema> {
  const id = idOf(request)
  const schema = await store.schema(id)
  if (!schema) throw refusals.schemaUnknown(id)
  return schema
}

async function uses(store: RegistryStore, request: RestRequest): Promise<readonly SubjectVersion[]> {
  const { id } = await wanted(store, request)
  const subject = request.query.get('subject')
  return (await store.versionsOf(id)).filter(each => (flag(request, 'deleted') || !each.deleted) && (!subject || each.subject === subject))
}

function schemaJson({ schema, references }: Pick<StoredSchema, 'schema' | 'references'>): object {
  return { schema, ...(references.length > 0 && { references }) }
}
