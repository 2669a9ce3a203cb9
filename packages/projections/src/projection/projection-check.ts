import { coreErrors, findMessageDefinition } from '@ottla/core'
import Database from 'better-sqlite3'
import { userTables } from '../view/view-table.js'
import type { ProjectionDefinition } from './projection-definition.js'

/** Throws MODEL_INVALID, with member and cure, when the projection cannot run: a bad name, a class that is no event, an event handled twice, a schema that SQLite refuses. */
export function checkProjection(definition: ProjectionDefinition): void {
  const problem = findNameProblem(definition) ?? findHandlerProblem(definition) ?? findSchemaProblem(definition)
  if (problem) throw coreErrors.create('MODEL_INVALID', problem)
}

type Problem = Record<'member' | 'problem' | 'cure', string>

function findNameProblem({ name, version }: ProjectionDefinition): Problem | undefined {
  const member = `projection ${name}`
  if (!/^[A-Za-z][\w-]*$/.test(name)) {
    return { member, problem: 'has a name that cannot be the name of a file', cure: "Name it with letters, digits, '-' and '_', such as 'order-summary'." }
  }
  if (!Number.isSafeInteger(version) || version < 1) return { member, problem: `has version ${version}`, cure: 'Give it a whole number from 1 on.' }
  return undefined
}

function findHandlerProblem({ name, handlers }: ProjectionDefinition): Problem | undefined {
  if (handlers.length === 0)
    return { member: `projection ${name}`, problem: 'handles no event', cure: 'Add a method with @On(SomeEvent), or on(SomeEvent, ...).' }
  const handled = new Map<string, string>()
  for (const { event, member } of handlers) {
    const definition = findMessageDefinition(event)
    if (definition?.kind !== 'event') {
      return { member, problem: `handles ${event?.name ?? event}, which is no event`, cure: "Decorate the class with @Event('name'), or name another one." }
    }
    const other = handled.get(definition.name)
    if (other)
      return { member, problem: `handles ${definition.name}, which ${other} handles too`, cure: 'Do in one handler what the event means for this view.' }
    handled.set(definition.name, member)
  }
  return undefined
}

function findSchemaProblem({ name, schema }: ProjectionDefinition): Problem | undefined {
  const member = `schema of projection ${name}`
  const database = new Database(':memory:')
  try {
    database.exec('begin')
    database.exec(schema)
    if (!database.inTransaction) return { member, problem: 'ends the transaction that it runs in', cure: 'Leave begin, commit and rollback out.' }
    if (database.prepare("select 1 from sqlite_master where name like 'ottla#_%' escape '#'").get()) {
      return { member, problem: "creates something that is named ottla_…, as Ottla's own tables", cure: 'Name it otherwise.' }
    }
    if (database.prepare("select 1 from sqlite_master where sql like '%initially deferred%'").get()) {
      return {
        member,
        problem: 'has a foreign key that is checked at the end of a transaction, which holds many events',
        cure: 'Leave initially deferred out.',
      }
    }
    if (userTables(database).length === 0) return { member, problem: 'creates no table', cure: 'Begin with create table ….' }
    return undefined
  } catch (error) {
    return { member, problem: `is refused by SQLite (${(error as Error).message})`, cure: 'Mend the SQL.' }
  } finally {
    database.close()
  }
}
