import { Command, Event, Field, Id, Message, t } from '@ottla/core'
import { describe, expect, it } from 'vitest'
import { saga, startsOn, step } from '../definition/plain-saga.js'
import type { SagaDefinition } from '../definition/saga-definition.js'
import { type SagaCommand, StepAnswered, StepEnded, StepStarted } from '../events/saga-events.js'
import { codecFor, SagaRun } from '../saga-run.fixture.js'

@Event('random.Began')
class Began extends Message<Began> {
  @Field(t.string) id!: string
}

@Command('random.Do')
class Do extends Message<Do> {
  @Id(t.string) what!: string
}

@Command('random.Undo')
class Undo extends Message<Undo> {
  @Id(t.string) what!: string
}

type Outcome = 'accepted' | 'rejected' | 'failed'
type Random = () => number

/** Mulberry32: small, and the same on every machine. */
function randomFrom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function randomSaga(random: Random): SagaDefinition {
  const steps = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, index) => {
    const commands = Array.from({ length: Math.floor(random() * 4) }, (_, each) => new Do({ what: `${index}.${each}` }))
    return step(`s${index}`, {
      timeout: '5s',
      retry: Math.floor(random() * 3),
      send: () => commands,
      // Some have nothing to undo.
      compensate: random() < 0.8 ? (_state: object, { what }: Do) => new Undo({ what }) : undefined,
      compensation: { retry: Math.floor(random() * 4) },
    })
  })
  return saga({
    name: 'random',
    initialState: () => ({}),
    startsOn: [startsOn(Began, () => undefined)],
    steps,
    completed: random() < 0.5 ? () => new Do({ what: 'end' }) : undefined,
    compensated: random() < 0.5 ? () => new Undo({ what: 'end' }) : undefined,
    end: { timeout: '5s' },
  })
}

/** Decides commands once per id, as the aggregates do, and lets the answers get lost, come late and come twice. */
class World {
  readonly outcomes = new Map<string, Outcome>()
  private readonly replies: { readonly at: number; readonly id: string }[] = []

  constructor(private readonly random: Random) {}

  take(run: SagaRun): void {
    for (const { id } of run.sent.splice(0)) {
      // Never arrived.
      if (this.random() < 0.1) continue
      if (!this.outcomes.has(id)) this.outcomes.set(id, this.decide(id))
      const copies = this.random() < 0.15 ? 0 : this.random() < 0.2 ? 2 : 1
      for (let copy = 0; copy < copies; copy++) this.replies.push({ at: run.now + this.random() ** 3 * 20_000, id })
    }
    this.replies.sort((a, b) => a.at - b.at)
  }

  /** Lets the next thing happen: a reply, or the saga's deadline. False when there is nothing ahead. */
  next(run: SagaRun): boolean {
    const reply = this.replies[0]
    const deadline = run.deadline ?? Number.POSITIVE_INFINITY
    if (!reply && run.deadline === undefined) return false
    if (reply && reply.at <= deadline) {
      this.replies.shift()
      run.now = Math.max(run.now, reply.at)
      run.reply(reply.id, this.outcomes.get(reply.id) as Outcome, 'reason')
    } else {
      run.toDeadline()
    }
    return true
  }

  private decide(id: string): Outcome {
    const doubt = this.random()
    if (id.includes('compensate')) return doubt < 0.02 ? 'rejected' : doubt < 0.1 ? 'failed' : 'accepted'
    return doubt < 0.08 ? 'rejected' : doubt < 0.2 ? 'failed' : 'accepted'
  }
}

const codec = await codecFor([Began], [Do, Undo])

function play(seed: number) {
  const random = randomFrom(seed)
  const definition = randomSaga(random)
  const world = new World(random)
  const run = new SagaRun(definition, codec, [Do, Undo], 'r1').start(new Began({ id: 'r1' }))
  let inputs = 0
  do world.take(run)
  while (world.next(run) && ++inputs < 500)
  return { run, world, definition, inputs }
}

const steps = ({ run }: { run: SagaRun }, purpose: string) =>
  run.events.filter(event => event instanceof StepStarted).filter(event => event.purpose === purpose)
const base = (id: string) => id.replace(/#\d+$/, '')
const original = (compensation: string) => base(compensation).replace(/\/compensate$/, '')
const commandIds = (started: readonly StepStarted[]) => started.flatMap(({ commands }) => commands).map(({ id }: SagaCommand) => id)

const games = Array.from({ length: 400 }, (_, seed) => ({ seed, ...play(seed) }))
const finished = (status: string) => games.filter(({ run }) => run.status === status)

describe('400 sagas with random outcomes, losses, duplicates and delays', () => {
  it('all end, in each of the ways', () => {
    expect(games.filter(({ inputs }) => inputs >= 500).map(({ seed }) => seed)).toEqual([])
    const ways = ['completed', 'compensated', 'parked'].map(status => finished(status).length)
    expect(ways.reduce((sum, count) => sum + count)).toBe(games.length)
    expect(Math.min(...ways)).toBeGreaterThan(20)
  })

  it('complete only when every command was accepted', () => {
    for (const game of finished('completed')) {
      const sent = [...steps(game, 'step'), ...steps(game, 'end')]
      const accepted = new Set([...game.world.outcomes].filter(([, outcome]) => outcome === 'accepted').map(([id]) => base(id)))
      expect(commandIds(sent).filter(id => !accepted.has(id))).toEqual([])
      expect(steps(game, 'compensation')).toEqual([])
    }
  })

  it('compensate what was accepted or may have been, where there is a compensation', () => {
    for (const game of finished('compensated')) {
      const compensable = new Set(game.definition.steps.filter(({ compensation }) => compensation).map(({ name }) => name))
      const made = steps(game, 'step').filter(({ step }) => compensable.has(step))
      const rejected = game.run.events.filter(event => event instanceof StepAnswered).filter(({ outcome }) => outcome === 'rejected')
      const expected = commandIds(made).filter(id => !rejected.some(({ commandId }) => base(commandId) === id))
      expect(commandIds(steps(game, 'compensation')).map(original).sort()).toEqual(expected.sort())
    }
  })

  it('never compensate what was rejected, and nothing twice', () => {
    for (const { run, seed } of games) {
      const rejected = new Set<string>()
      const undone = new Set<string>()
      for (const event of run.events) {
        if (event instanceof StepAnswered && event.outcome === 'rejected') rejected.add(base(event.commandId))
        if (!(event instanceof StepStarted) || event.purpose !== 'compensation') continue
        for (const { id } of event.commands) {
          expect([seed, id, rejected.has(original(id)), undone.has(id)]).toEqual([seed, id, false, false])
          undone.add(id)
        }
      }
    }
  })

  it('compensate in reverse order, each step after the one behind it', () => {
    for (const { run } of games) {
      const rounds = run.events.filter(event => event instanceof StepStarted || event instanceof StepEnded).filter(event => event.purpose === 'compensation')
      const order = rounds.filter(event => event instanceof StepStarted).map(({ step }) => step)
      expect(order).toEqual([...order].sort().reverse())
      // One after another: each ends before the next begins.
      expect(rounds.map(event => event instanceof StepStarted)).toEqual(rounds.map((_, index) => index % 2 === 0))
    }
  })

  it('play the same again', () => {
    expect(play(7).run.events).toEqual(games[7]?.run.events)
  })
})
