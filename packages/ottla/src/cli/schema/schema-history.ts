import type { SchemaRegistry } from '@ottla/eventstore'

/** What the code is compared with: the versions of each subject, in a registry or in a snapshot file. */
export type SchemaHistory = Pick<SchemaRegistry, 'versions' | 'compatibility' | 'check' | 'subjects'>
