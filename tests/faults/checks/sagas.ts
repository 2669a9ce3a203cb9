import { type Check, type LoggedRecord, recordsOf, type Violation } from './history.js'

interface Transfer {
  readonly started: LoggedRecord
  readonly types: string[]
  readonly moved: LoggedRecord[]
}

/** I7: every transfer has one saga, which ends once, completed or compensated, and its money went where that says. Parked is a violation. */
export const everySagaEnds: Check = history => {
  const transfers = new Map<string, Transfer>()
  const events = recordsOf(history, 'events')
  for (const record of events) if (record.headers.type === 'bank.TransferStarted') transfers.set(record.key ?? '', { started: record, types: [], moved: [] })
  for (const record of events) {
    const { headers, key, fields } = record
    const transfer = transfers.get(fields.transfer ? String(fields.transfer) : (key ?? ''))
    const type = headers.type ?? ''
    if (headers.stream === 'account') transfer?.moved.push(record)
    if (/^ottla\.saga\.Saga|TransferEnded$/.test(type))
      transfer?.types.push(type === 'bank.TransferEnded' ? String(fields.how) : type.slice('ottla.saga.Saga'.length))
  }
  return Array.from(transfers, ([id, transfer]) => problemOf(id, transfer)).flat()
}

const ends = { Completed: 'Started,completed,Completed', Compensated: 'Started,compensated,Compensated' }
const money = { Completed: ['Deposited,Withdrawn'], Compensated: ['', 'GivenBack,Withdrawn'] }

function problemOf(id: string, { started, types, moved }: Transfer): Violation[] {
  const end = types.includes('Completed') ? 'Completed' : 'Compensated'
  // A saga and its transfer share a shard: the log has these in the order in which they happened.
  if (types.join() !== ends[end]) return [{ text: `transfer ${id} went ${types.join(', ') || 'nowhere'}, expected ${ends[end]}`, record: started }]
  const movements = moved.map(({ headers }) => String(headers.type).slice('bank.'.length))
  if (!money[end].includes(movements.toSorted().join()))
    return [{ text: `transfer ${id} ended ${end} after ${movements.join(', ') || 'nothing'}`, record: started }]
  const time = (type: string) => moved.find(({ headers }) => headers.type === `bank.${type}`)?.timestamp ?? 0
  const isUndoneBefore = movements.includes('GivenBack') && time('GivenBack') < time('Withdrawn')
  return isUndoneBefore ? [{ text: `transfer ${id} was given back before it was withdrawn`, record: started }] : []
}
