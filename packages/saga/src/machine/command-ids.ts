/**
 * The ids of a saga's commands. They depend on nothing but the saga and the place of the command in it, so that a decision
 * that is made again after a crash sends the same commands.
 */
export const commandIds = {
  /** Of a step's command, or of a last one: `fulfil-order/o1/reserveStock/0`. */
  first: (saga: string, sagaId: string, step: string, index: number) => `${saga}/${sagaId}/${step}/${index}`,
  /** Of a command's next attempt after an answered failure: `…/0#2`. */
  attempt: (id: string, attempt: number) => `${withoutAttempt(id)}#${attempt}`,
  /** Of what undoes a command: `…/0/compensate`, and `…/0/compensate-1` for a second one. */
  compensation: (id: string, index: number) => `${withoutAttempt(id)}/compensate${index === 0 ? '' : `-${index}`}`,
}

function withoutAttempt(id: string): string {
  return id.replace(/#\d+$/, '')
}
