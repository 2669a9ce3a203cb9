import { parseExactJson } from '../exact-json.js'
import type { RegistryStore, SubjectVersion } from './registry-store.js'
import { refusals } from './rest-error.js'
import { flag, latestVersion, page, type RestRequest, subjectOf, versionOf } from './rest-request.js'
import type { Routes } from './routes.js'
import { sentSchema } from './schema-request.js'

/** Subjects and their versions. */
export const subjectRoutes: Routes = {
  'GET /subjects': async (store, request) => {
    const prefix = (request.query.get('subjectPrefix') ?? '').replace(/^:\*?\.?:/, '')
    const subjects = visible(request, await store.versions()).map(({ subject }) => subject)
    return page(
      request,
      [...new Set(subjects)].filter(subject => subject.startsWith(prefix)),
    )
  },
  'POST /subjects/:subject': async (store, request) => {
    const subject = subjectOf(request)
    const { resolved } = await sentSchema(store, request, subject)
    const versions = visible(request, await store.versions(subject))
    const found = versions.findLast(version => version.resolved === resolved)
    if (found) return versionJson(found)
    throw versions.length > 0 ? refusals.schemaUnknown() : refusals.subjectUnknown(subject)
  },
  'DELETE /subjects/:subject': async (store, request) => (flag(request, 'permanent') ? forgetSubject : deleteSubject)(store, subjectOf(request)),
  'GET /subjects/:subject/versions': async (store, request) => {
    const subject = subjectOf(request)
    const all = await store.versions(subject)
    const versions = visible(request, all)
    if (versions.length === 0 && !(flag(request, 'deletedOnly') && all.length > 0)) throw refusals.subjectUnknown(subject)
    return page(
      request,
      versions.map(({ version }) => version),
    )
  },
  'POST /subjects/:subject/versions': async (store, request) => {
    const subject = subjectOf(request)
    const { schema, references, resolved, version } = await sentSchema(store, request, subject)
    if (version !== undefined && version !== (await nextVersion(store, subject, resolved)))
      throw refusals.schemaInvalid('Version is not one more than previous version')
    return { id: (await store.register(subject, schema, references)).id }
  },
  'GET /subjects/:subject/versions/:version': async (store, request) => versionJson(await wanted(store, request, flag(request, 'deleted'))),
  'GET /subjects/:subject/versions/:version/schema': async (store, request) => parseExactJson((await wanted(store, request, flag(request, 'deleted'))).schema),
  'GET /subjects/:subject/versions/:version/referencedby': async (store, request) => {
    const { subject, version } = await wanted(store, request, true)
    const referring = visible(request, await store.referringTo(subject, version))
    return page(request, [...new Set(referring.map(({ id }) => id))])
  },
  'DELETE /subjects/:subject/versions/:version': async (store, request) => {
    const found = await wanted(store, request, true)
    await (flag(request, 'permanent') ? forgetVersion : deleteVersion)(store, found)
    return found.version
  },
}

/** The version that the schema has, or would get. */
async function nextVersion(store: RegistryStore, subject: string, resolved: string): Promise<number> {
  const versions = await store.versions(subject)
  const known = versions.find(each => !each.deleted && each.resolved === resolved)
  return known?.version ?? (versions.at(-1)?.version ?? 0) + 1
}

/** Those that the flags `deleted` and `deletedOnly` ask for: without them, those that are not deleted. */
function visible<T extends { readonly deleted: boolean }>(request: RestRequest, versions: readonly T[]): readonly T[] {
  if (flag(request, 'deletedOnly')) return versions.filter(({ deleted }) => deleted)
  return flag(request, 'deleted') ? versions : versions.filter(({ deleted }) => !deleted)
}

/** The version of the path. Rejects with 42202, 40401, 40402. `latest` is never a deleted one, unless there are no others and deleted ones are wanted. */
async function wanted(store: RegistryStore, request: RestRequest, withDeleted: boolean): Promise<SubjectVersion> {
  const [subject, number] = [subjectOf(request), versionOf(request)]
  const all = await store.versions(subject)
  const versions = withDeleted ? all : all.filter(({ deleted }) => !deleted)
  const latest = all.findLast(({ deleted }) => !deleted) ?? versions.at(-1)
  const found = number === latestVersion ? latest : versions.find(({ version }) => version === number)
  if (found) return found
  throw versions.length > 0 ? refusals.versionUnknown(number) : refusals.subjectUnknown(subject)
}

async function deleteSubject(store: RegistryStore, subject: string): Promise<readonly number[]> {
  const all = await store.versions(subject)
  const versions = all.filter(({ deleted }) => !deleted)
  if (versions.length === 0) throw all.length > 0 ? refusals.subjectDeleted(subject) : refusals.subjectUnknown(subject)
  for (const { version } of versions) await requireUnreferred(store, subject, version, other => !other.deleted && other.subject !== subject)
  await store.delete(subject, numbersOf(versions))
  return numbersOf(versions)
}

async function forgetSubject(store: RegistryStore, subject: string): Promise<readonly number[]> {
  const versions = await store.versions(subject)
  if (versions.length === 0) throw refusals.subjectUnknown(subject)
  if (versions.some(({ deleted }) => !deleted)) throw refusals.subjectNotDeleted(subject)
  for (const { version } of versions) await requireUnreferred(store, subject, version, other => other.subject !== subject)
  await store.forget(subject, numbersOf(versions))
  return numbersOf(versions)
}

async function deleteVersion(store: RegistryStore, { subject, version, deleted }: SubjectVersion): Promise<void> {
  if (deleted) throw refusals.versionDeleted(subject, version)
  await requireUnreferred(store, subject, version, other => !other.deleted)
  await store.delete(subject, [version])
}

async function forgetVersion(store: RegistryStore, { subject, version, deleted }: SubjectVersion): Promise<void> {
  await requireUnreferred(store, subject, version, () => true)
  if (!deleted) throw refusals.versionNotDeleted(subject, version)
  await store.forget(subject, [version])
}

async function requireUnreferred(store: RegistryStore, subject: string, version: number, counts: (referring: SubjectVersion) => boolean): Promise<void> {
  if ((await store.referringTo(subject, version)).some(counts)) throw refusals.referenceExists(subject, version)
}

function numbersOf(versions: readonly SubjectVersion[]): readonly number[] {
  return versions.map(({ version }) => version)
}

function versionJson({ subject, version, id, schema, references, deleted }: SubjectVersion): object {
  return { subject, version, id, ...(references.length > 0 && { references }), schema, ...(deleted && { deleted }) }
}
