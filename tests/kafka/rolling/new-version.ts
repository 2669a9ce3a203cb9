import { Aggregate, Apply, Command, Event, Field, Handle, Id, Message, On, Projection, reject, Saga, StartsOn, Step, t, type View } from 'ottla'
import { Letter, Thank } from './old-version.js'

/** The version that follows: what is received may have a stamp, and boxes get labels, by a command and an event that the old version does not know. */

@Event('post.Received')
class Received extends Message<Received> {
  @Field() box!: string
  @Field() letter!: string
  @Field(t.int) weight!: number
  @Field(t.optional(t.string)) stamp?: string
}

@Command('post.Receive')
class Receive extends Message<Receive> {
  @Id() box!: string
  @Field() letter!: string
  @Field(t.int) weight!: number
  @Field(t.optional(t.string)) stamp?: string
}

@Event('post.Labelled')
class Labelled extends Message<Labelled> {
  @Field() box!: string
  @Field() letter!: string
}

@Command('post.Label')
class Label extends Message<Label> {
  @Id() box!: string
  @Field() letter!: string
}

@Aggregate('box', { stateVersion: 2 })
class Box {
  weight = 0
  labels: string[] = []
  @Handle(Receive) receive(command: Receive) {
    return new Received({ ...command, stamp: 'one penny' })
  }
  @Handle(Label) label(command: Label) {
    if (this.labels.includes(command.letter)) throw reject('labelled')
    return new Labelled({ ...command })
  }
  @Apply(Received) received({ weight }: Received) {
    this.weight += weight
  }
  @Apply(Labelled) labelled({ letter }: Labelled) {
    this.labels.push(letter)
  }
}

const schema = 'create table boxes (id text primary key, weight integer, letters integer, stamps integer, labels integer)'
interface Row {
  readonly weight: number
  readonly letters: number
  readonly stamps: number
  readonly labels: number
}

@Projection('boxes', { version: 2, schema })
export class Boxes {
  @On(Received) received({ box, weight, stamp }: Received, view: View) {
    add(view, box, { weight, letters: 1, stamps: stamp === undefined ? 0 : 1, labels: 0 })
  }
  @On(Labelled) labelled({ box }: Labelled, view: View) {
    add(view, box, { weight: 0, letters: 0, stamps: 0, labels: 1 })
  }
}

function add(view: View, id: string, more: Row): void {
  const known = view.get<Row>('select weight, letters, stamps, labels from boxes where id = ?', id) ?? { weight: 0, letters: 0, stamps: 0, labels: 0 }
  const { weight, letters, stamps, labels } = known
  view.upsert('boxes', { id, weight: weight + more.weight, letters: letters + more.letters, stamps: stamps + more.stamps, labels: labels + more.labels })
}

@Saga('thanks')
class Thanks {
  letter = ''
  @StartsOn(Received, { id: ({ letter }) => letter }) start({ letter }: Received) {
    this.letter = letter
  }
  @Step() thank() {
    return new Thank({ letter: this.letter })
  }
}

/** A saga that the old version does not have. */
@Saga('label-thanks')
class LabelThanks {
  letter = ''
  @StartsOn(Labelled, { id: ({ letter }) => letter }) start({ letter }: Labelled) {
    this.letter = letter
  }
  @Step() thank() {
    return new Thank({ letter: this.letter })
  }
}

export const modules = [Box, Letter, Boxes, Thanks, LabelThanks]
export const commands = { Receive, Label }
