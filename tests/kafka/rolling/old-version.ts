import { Aggregate, Apply, Command, Event, Field, Handle, Id, Message, On, Projection, Saga, StartsOn, Step, t, type View } from 'ottla'

/** A post office: boxes that receive letters, each of which is answered with thanks. The version that is deployed first. */

@Event('post.Received')
class Received extends Message<Received> {
  @Field() box!: string
  @Field() letter!: string
  @Field(t.int) weight!: number
}

@Command('post.Receive')
class Receive extends Message<Receive> {
  @Id() box!: string
  @Field() letter!: string
  @Field(t.int) weight!: number
}

@Event('post.Thanked')
export class Thanked extends Message<Thanked> {
  @Field() letter!: string
}

@Command('post.Thank')
export class Thank extends Message<Thank> {
  @Id() letter!: string
}

@Aggregate('box')
class Box {
  weight = 0
  @Handle(Receive) receive(command: Receive) {
    return new Received({ ...command })
  }
  @Apply(Received) received({ weight }: Received) {
    this.weight += weight
  }
}

/** Is thanked as often as it is asked for, so that what is done twice shows. */
@Aggregate('letter')
export class Letter {
  thanks = 0
  @Handle(Thank) thank({ letter }: Thank) {
    return new Thanked({ letter })
  }
  @Apply(Thanked) thanked() {
    this.thanks++
  }
}

@Projection('boxes', { schema: 'create table boxes (id text primary key, weight integer, letters integer)' })
class Boxes {
  @On(Received) received({ box, weight }: Received, view: View) {
    const known = view.get<{ weight: number; letters: number }>('select weight, letters from boxes where id = ?', box) ?? { weight: 0, letters: 0 }
    view.upsert('boxes', { id: box, weight: known.weight + weight, letters: known.letters + 1 })
  }
}

/** One for each letter, so in a shard of its own. */
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

export const modules = [Box, Letter, Boxes, Thanks]
export const commands = { Receive }
