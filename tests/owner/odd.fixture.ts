import { Aggregate, Apply, Command, Event, Field, Handle, Id, Message, reject, t } from '@ottla/core'

/** Does what its aggregate knows under this name. */
@Command('odd.Do')
export class Do extends Message<Do> {
  @Id() odd!: string
  @Field(t.string) what!: string
}

@Event('odd.Done')
export class Done extends Message<Done> {
  @Field(t.string) what!: string
}

/** What handlers throw, though nobody should. */
export const throws: Readonly<Record<string, () => unknown>> = {
  'a rejection with details that hold themselves': () => {
    const details: Record<string, unknown> = {}
    details.self = details
    return reject('round', details)
  },
  'a rejection with half a character': () => reject('\ud83d', { text: '\ud83d' }),
  'a rejection with huge details': () => reject('huge', { text: 'x'.repeat(2_000_000) }),
  'a rejection with a bigint': () => reject('many', { count: 5n }),
  'a rejection whose code is a huge text': () => reject('x'.repeat(2_000_000)),
  'a rejection whose details are no object': () => reject('text', 'none' as never),
  'a rejection whose details are null': () => reject('null', null as never),
  'a rejection without a code': () => reject(undefined as never),
  'half a character': () => new Error('\ud83d'),
  'a huge message': () => new Error('x'.repeat(2_000_000)),
  'a message that is no text': () => Object.assign(new Error(), { message: { is: 'no text' } }),
  'an error whose message throws': () =>
    Object.defineProperty(new Error(), 'message', {
      get() {
        throw new Error('not even this')
      },
    }),
  'an object that holds itself': () => {
    const thrown: Record<string, unknown> = {}
    thrown.self = thrown
    return thrown
  },
  'an object without a prototype': () => Object.create(null) as unknown,
  'no error but a symbol': () => Symbol('odd'),
  nothing: () => undefined,
}

/** What appliers put into the state, though no store can hold it. */
export const keeps: Readonly<Record<string, () => unknown>> = {
  'a URL': () => new URL('http://127.0.0.1'),
  'a function': () => () => 1,
  'a symbol': () => Symbol('odd'),
  'an Error in a Map': () => new Map([['error', new Error('kept')]]),
  itself: () => {
    const kept: unknown[] = []
    kept.push(kept)
    return kept
  },
}

@Aggregate('odd')
export class Odd {
  done: string[] = []
  kept: unknown = undefined

  @Handle(Do) do(command: Do) {
    const thrown = throws[command.what]
    if (thrown) throw thrown()
    if (command.what === 'changes its command') command.what = 'something else'
    return new Done({ what: command.what })
  }

  @Apply(Done) applied({ what }: Done) {
    this.done.push(what)
    this.kept = keeps[what]?.()
  }
}
