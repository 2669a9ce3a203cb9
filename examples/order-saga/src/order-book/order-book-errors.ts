import { defineErrors } from 'ottla'

/** The error codes of order books: reading them, and sending what they ask for. */
export const orderBookErrors = defineErrors({
  ORDERS_UNREADABLE: {
    what: 'The orders file {file} cannot be read ({problem}).',
    todo: 'Name a CSV file in UTF-8 with the columns {columns}. Nothing was sent.',
  },
  ORDERS_LINE_INVALID: {
    what: '{file}, line {line}: {problem}.',
    todo: 'Mend the line and start again. Nothing was sent.',
  },
  ORDERS_DIFFER: {
    what: 'The data folder {folder} was begun with {before}, and {file} has other content.',
    todo: 'Name another folder with --data, or begin anew with --fresh.',
  },
  ORDERS_CLAIM_UNREADABLE: {
    what: 'The file {claim}, which says what orders the folder is for, cannot be read.',
    todo: 'Name another folder with --data, or begin anew with --fresh.',
  },
  ORDERS_REFUSED: {
    what: '{command} for {key} was {outcome} ({reason}).',
    todo: 'The data folder holds what does not belong to this order book: name another one with --data, or begin anew with --fresh.',
  },
})
