import { readFileSync } from 'node:fs'
import { type AclEntry, AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs'

const page = new URL('../../docs/reference/kafka.md', import.meta.url)
const resources = { topic: AclResourceTypes.TOPIC, group: AclResourceTypes.GROUP, 'transactional-id': AclResourceTypes.TRANSACTIONAL_ID }

/** The rules that the page about Kafka names, for a user and an app: one for each operation. */
export function documentedRights(app: string, user: string): AclEntry[] {
  const rows = readFileSync(page, 'utf8').matchAll(/^\| ([\w-]+) \| `<app>([^`]*)` \| (prefixed|literal) \| ([\w, ]+) \|$/gm)
  return [...rows].flatMap(([, resource, name, pattern, operations]) =>
    (operations as string).split(', ').map(operation => ({
      resourceType: resources[resource as keyof typeof resources],
      resourceName: `${app}${name}`,
      resourcePatternType: pattern === 'prefixed' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      principal: `User:${user}`,
      host: '*',
      operation: AclOperationTypes[operation.replace(/(?<=.)[A-Z]/g, '_$&').toUpperCase() as keyof typeof AclOperationTypes],
      permissionType: AclPermissionTypes.ALLOW,
    })),
  )
}
