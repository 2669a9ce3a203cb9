import { describeIncompatibility } from '../../compatibility/describe-incompatibility.js'
import { type BrokenRule, judgeSchema } from '../../compatibility/judge-schema.js'
import { refusalFor } from './refusal-for.js'
import type { RegistryStore, SubjectVersion } from './registry-store.js'
import { refusals } from './rest-error.js'
import { flag, latestVersion, type RestRequest, subjectOf, versionOf } from './rest-request.js'
import type { Routes } from './routes.js'
import { sentSchema } from './schema-request.js'

/** Whether a schema would be taken, without registering it. */
export const compatibilityRoutes: Routes = {
  'POST /compatibility/subjects/:subject/versions': async (store, request) => {
    return verdict(store, request, await liveVersions(store, request))
  },
  'POST /compatibility/subjects/:subject/versions/:version': async (store, request) => {
    const number = versionOf(request)
    const versions = await liveVersions(store, request)
    const chosen = number === latestVersion ? versions.slice(-1) : versions.filter(({ version }) => version === number)
    if (chosen.length === 0 && number !== latestVersion) throw refusals.versionUnknown(number)
    return verdict(store, request, chosen)
  },
}

async function liveVersions(store: RegistryStore, request: RestRequest): Promise<readonly SubjectVersion[]> {
  return (await store.versions(subjectOf(request))).filter(({ deleted }) => !deleted)
}

/** With `verbose`, a schema that is none is not compatible, and the reason says so: as in the original. */
async function verdict(store: RegistryStore, request: RestRequest, versions: readonly SubjectVersion[]): Promise<object> {
  const verbose = flag(request, 'verbose')
  try {
    const subject = subjectOf(request)
    const level = await store.compatibility(subject)
    const { resolved } = await sentSchema(store, request, subject)
    const texts = versions.map(version => version.resolved)
    const { compatible, broken } = judgeSchema(level, resolved, texts)
    const messages = compatible ? [] : [...broken.flatMap(rule => messagesOf(rule, versions)), `{validateFields: 'false', compatibility: '${level}'}`]
    return { is_compatible: compatible, ...(verbose && { messages }) }
  } catch (error) {
    const refusal = refusalFor(error)
    if (verbose && refusal?.code === 42_201) return { is_compatible: false, messages: [refusal.message] }
    throw error
  }
}

/** As the original words them, with Ottla's sentence as the description: what differs where, and what would mend it. */
function messagesOf({ rule, incompatibilities, version }: BrokenRule, versions: readonly SubjectVersion[]): readonly string[] {
  const old = versions[version - 1]
  const [newer, older] = ['the new schema', `version ${old?.version}`]
  const names = rule === 'BACKWARD' ? { reader: newer, writer: older } : { reader: older, writer: newer }
  const told = incompatibilities.map(each => {
    return `{errorType:'${each.type}', description:'${describeIncompatibility(each, names)}', additionalInfo:'${each.message}'}`
  })
  return [...told, `{oldSchemaVersion: ${old?.version}}`, `{oldSchema: '${old?.schema}'}`]
}
