import { Aggregate, Apply, Command, Event, Field, Handle, Id, Message, t } from '@ottla/core'
import { Compensate, Saga, StartsOn, Step } from '@ottla/saga'

class Text<T> extends Message<T> {
  @Id() board!: string
  @Field(t.string) text!: string
}

/** Sets off an errand: a saga that puts a note on a board. */
@Command('errand.Ask')
export class Ask extends Message<Ask> {
  @Id() errand!: string
  @Field(t.string) board!: string
  @Field(t.string) text!: string
  /** How many characters the note is made longer by: more than the event that sets it off has. */
  @Field(t.int) padding!: number
}

@Event('errand.Asked')
export class Asked extends Message<Asked> {
  @Field(t.string) board!: string
  @Field(t.string) text!: string
  @Field(t.int) padding!: number
}

@Command('errand.Note')
export class Note extends Text<Note> {}

@Event('errand.Noted')
export class Noted extends Message<Noted> {
  @Field(t.string) text!: string
}

@Aggregate('asked')
export class AskedErrand {
  @Handle(Ask) ask({ board, text, padding }: Ask) {
    return new Asked({ board, text, padding })
  }

  @Apply(Asked) asked() {}
}

@Aggregate('board')
export class Board {
  texts: string[] = []

  @Handle(Note) note({ text }: Note) {
    if (text.startsWith('fails')) throw new Error('as it was asked to')
    return new Noted({ text })
  }

  @Apply(Noted) noted({ text }: Noted) {
    this.texts.push(text)
  }
}

/** Puts up its note once; when no answer comes within a second, it puts up another one that takes it back. */
@Saga('errand')
export class Errand {
  board = ''
  text = ''
  padding = 0

  @StartsOn(Asked) start({ board, text, padding }: Asked) {
    Object.assign(this, { board, text, padding })
  }

  @Step({ timeout: '1s', retry: 0 }) put() {
    return new Note({ board: this.board, text: this.text.padEnd(this.padding, '.') })
  }

  @Compensate('put') takeBack({ board }: Note) {
    return new Note({ board, text: `not ${this.text}` })
  }

  @Step() done() {}
}

export const errandModules = [AskedErrand, Board, Errand]

/** Puts up its note, again and again when that fails. */
@Saga('stubborn')
export class Stubborn {
  board = ''
  text = ''

  @StartsOn(Asked) start({ board, text }: Asked) {
    Object.assign(this, { board, text })
  }

  @Step({ retry: 3 }) put() {
    return new Note({ board: this.board, text: this.text })
  }
}

export const stubbornModules = [AskedErrand, Board, Stubborn]
