import { defineErrors } from '@ottla/core'

/** The error codes of @ottla/projections: views, their runner and their rebuild. */
export const projectionErrors = defineErrors({
  // What a handler does with its view
  VIEW_NAME_UNKNOWN: {
    what: 'View {view} has no {name}; it has {known}.',
    todo: "Mend the name in the handler, or add it to the projection's schema and count its version up.",
  },
  VIEW_KEY_INVALID: {
    what: 'View {view} cannot find a row of {table} by {key} ({problem}).',
    todo: 'Give every column of the primary key a value that is not null.',
  },
  VIEW_VALUE_INVALID: {
    what: 'View {view} was given {value} for {place}.',
    todo: 'Give text, a finite number, a bigint, a boolean, a Date, bytes or null; turn anything else into text, such as JSON.',
  },
  VIEW_STATEMENT_REFUSED: {
    what: 'View {view} does not run "{sql}" ({problem}).',
    todo: "A handler reads and writes the rows of its own schema; transactions, other schemas and Ottla's tables are kept by the runner.",
  },
  EVENT_HANDLER_FAILED: {
    what: '{member} threw {error}.',
    todo: 'Mend the handler and rebuild the view: ottla replay {view}. Nothing of this event was kept in it; other events go on.',
  },
  EVENT_HANDLER_NOT_SYNCHRONOUS: {
    what: '{member} returned a promise.',
    todo: 'Rows and position change in one SQLite transaction, which cannot wait: do the waiting in a reactor, and rebuild the view: ottla replay {view}.',
  },
  // Reading a view
  VIEW_TIMEOUT: {
    what: 'View {view} did not reach {wanted} within {timeout} ms; it stands at {position}.',
    todo: 'The command is decided all the same. Ask again, give more time, or look at the lag of the view.',
    retriable: true,
  },
  VIEW_QUERY_FAILED: { what: 'View {view} cannot answer "{sql}" ({error}).', todo: "Mend the query; the view's tables are those of its projection's schema." },
  VIEW_DEGRADED: {
    what: 'View {view} left {failures} events out, the first because {reason}',
    todo: 'Mend the cause and rebuild the view: ottla replay {view}. Until then its rows may be wrong.',
  },
  VIEW_MISSING: { what: 'There is no view file {file}.', todo: 'Start the app with this projection once, or rebuild the view: ottla replay {view}.' },
  VIEW_STOPPED: { what: 'View {view} is stopped.', todo: 'Nothing is lost; it goes on from its checkpoint when the app starts again.' },
  VIEW_FAILED: {
    what: 'View {view} stopped at an error that Ottla does not know ({error}).',
    todo: 'Nothing is lost: it goes on from its checkpoint when the app starts again. Report the error with its cause.',
  },
  // The file of a view
  VIEW_FULL: {
    what: 'The disk of view file {file} is full ({error}).',
    todo: 'Nothing is lost: the view goes on from its checkpoint. Make room and start again.',
  },
  VIEW_DAMAGED: {
    what: 'The file {file} is damaged or no view of Ottla ({error}).',
    todo: 'Stop the app, delete the file with its -wal and -shm, and start again: the view is rebuilt from the log, which has lost nothing.',
  },
  VIEW_UNAVAILABLE: {
    what: 'The view file {file} cannot be read or written ({error}).',
    todo: 'Look at the disk and at the rights of the folder, and start again.',
  },
  VIEW_REPLACED: {
    what: 'View {view} of version {version} was replaced by version {actual} with another schema while it ran.',
    todo: 'Another process runs newer code in this folder: restart this one with the same code.',
  },
})
