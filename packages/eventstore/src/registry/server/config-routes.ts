import { compatibilityLevels } from '../compatibility-level.js'
import { refusals } from './rest-error.js'
import { flag, members, type RestRequest, subjectOf } from './rest-request.js'
import type { Routes } from './routes.js'

/** The levels of compatibility, of all subjects and of each. */
export const configRoutes: Routes = {
  'GET /config': async store => ({ compatibilityLevel: await store.compatibility() }),
  'PUT /config': async (store, request) => {
    const level = sentLevel(request)
    await store.setCompatibility(undefined, level)
    return { compatibility: level }
  },
  'DELETE /config': async store => {
    const level = await store.compatibility()
    await store.setCompatibility(undefined, undefined)
    return { compatibilityLevel: level }
  },
  'GET /config/:subject': async (store, request) => {
    const subject = subjectOf(request)
    const level = flag(request, 'defaultToGlobal') ? await store.compatibility(subject) : await store.ownCompatibility(subject)
    if (!level) throw refusals.levelUnset(subject)
    return { compatibilityLevel: level }
  },
  'PUT /config/:subject': async (store, request) => {
    const [subject, level] = [subjectOf(request), sentLevel(request)]
    await store.setCompatibility(subject, level)
    return { compatibility: level }
  },
  'DELETE /config/:subject': async (store, request) => {
    const subject = subjectOf(request)
    const level = await store.ownCompatibility(subject)
    if (!level) throw refusals.subjectUnknown(subject)
    await store.setCompatibility(subject, undefined)
    return { compatibilityLevel: level }
  },
}

function sentLevel(request: RestRequest) {
  const { compatibility } = members(request, ['compatibility'])
  const level = compatibilityLevels.find(each => typeof compatibility === 'string' && each === compatibility.toUpperCase())
  if (!level) throw refusals.levelInvalid()
  return level
}
