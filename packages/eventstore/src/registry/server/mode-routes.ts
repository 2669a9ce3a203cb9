import type { RegistryStore } from './registry-store.js'
import { refusals } from './rest-error.js'
import { flag, members, type RestRequest, subjectOf } from './rest-request.js'
import type { Routes } from './routes.js'

const modes = ['READWRITE', 'READONLY', 'READONLY_OVERRIDE', 'IMPORT', 'FORWARD']

/** The mode of the registry: READWRITE, or READONLY where it is served beside a process that writes. It is given at the start and cannot be set. */
export const modeRoutes: Routes = {
  'GET /mode': async store => ({ mode: modeOf(store) }),
  'PUT /mode': setMode,
  'GET /mode/:subject': async (store, request) => {
    const subject = subjectOf(request)
    if (!flag(request, 'defaultToGlobal')) throw refusals.modeUnset(subject)
    return { mode: modeOf(store) }
  },
  'PUT /mode/:subject': setMode,
  'DELETE /mode/:subject': async (_, request) => {
    throw refusals.subjectUnknown(subjectOf(request))
  },
}

function modeOf({ readOnly }: RegistryStore): string {
  return readOnly ? 'READONLY' : 'READWRITE'
}

/** Only the mode that the registry has can be asked for. */
async function setMode(store: RegistryStore, request: RestRequest): Promise<object> {
  const { mode } = members(request, ['mode'])
  const wanted = modes.find(each => typeof mode === 'string' && each === mode.toUpperCase())
  if (!wanted) throw refusals.modeInvalid()
  if (wanted !== modeOf(store)) throw refusals.notPermitted(`This registry is ${modeOf(store)} and cannot become ${wanted}`)
  return { mode: wanted }
}
