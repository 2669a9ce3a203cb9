import { AssertionError } from 'node:assert'
import { Command, Event, Field, Id, Message, type Rejection, t } from '@ottla/core'
import { Compensate, Compensated, Completed, Saga, StartsOn, Step, saga, startsOn, step } from '@ottla/saga'
import { describe, expect, it } from 'vitest'
import { givenSaga } from './saga-specification.js'

@Event('trip.Booked')
class Booked extends Message<Booked> {
  @Field(t.string) trip!: string
  @Field(t.array(t.string)) hotels!: string[]
}

@Command('trip.BookHotel')
class BookHotel extends Message<BookHotel> {
  @Id(t.string) hotel!: string
}

@Command('trip.CancelHotel')
class CancelHotel extends Message<CancelHotel> {
  @Id(t.string) hotel!: string
}

@Command('trip.BookFlight')
class BookFlight extends Message<BookFlight> {
  @Id(t.string) trip!: string
}

@Command('trip.Close')
class Close extends Message<Close> {
  @Id(t.string) trip!: string
  @Field(t.string) outcome!: string
}

@Saga('book-trip')
class BookTrip {
  trip = ''
  hotels: string[] = []

  @StartsOn(Booked) start({ trip, hotels }: Booked) {
    this.trip = trip
    this.hotels = hotels
  }

  @Step() hotel() {
    return this.hotels.map(hotel => new BookHotel({ hotel }))
  }

  @Compensate('hotel') cancelHotel({ hotel }: BookHotel) {
    return new CancelHotel({ hotel })
  }

  @Step({ timeout: '1m', retry: 1 }) flight() {
    return new BookFlight({ trip: this.trip })
  }

  @Completed() close() {
    return new Close({ trip: this.trip, outcome: 'booked' })
  }

  @Compensated() giveUp({ code, details }: Rejection) {
    return new Close({ trip: this.trip, outcome: `${code} ${details.airline ?? ''}`.trim() })
  }
}

const booked = (...hotels: string[]) => new Booked({ trip: 't1', hotels })
const hotels = (...names: string[]) => names.map(hotel => new BookHotel({ hotel }))
const flight = new BookFlight({ trip: 't1' })
const started = () => givenSaga(BookTrip).started(booked('Ritz', 'Adlon'))

const failureOf = (specification: () => void) => {
  try {
    specification()
  } catch (error) {
    expect(error).toBeInstanceOf(AssertionError)
    return error as AssertionError
  }
  throw new Error('The specification holds')
}

describe('given, when, then of a saga', () => {
  it('follows a saga to its completion', () => {
    started()
      .thenSends(hotels('Ritz', 'Adlon'))
      .replied('hotel', 'accepted')
      .thenSends([flight])
      .replied('flight', 'accepted')
      .thenSends([new Close({ trip: 't1', outcome: 'booked' })])
      .replied('completed', 'accepted')
      .thenSends([])
      .thenCompleted()
  })

  it('follows a saga through its compensation', () => {
    started()
      .replied('hotel', 'accepted')
      .replied('flight', 'rejected', { code: 'no-seat', details: { airline: 'LX' } })
      .thenSends([new CancelHotel({ hotel: 'Ritz' }), new CancelHotel({ hotel: 'Adlon' })])
      .replied('hotel', 'accepted')
      .thenSends([new Close({ trip: 't1', outcome: 'no-seat LX' })])
      .replied('compensated', 'accepted')
      .thenCompensated('no-seat')
      .thenCompensated()
  })

  it('answers one command of a step', () => {
    started()
      .replied('hotel', 'rejected', { command: 1, code: 'full' })
      .thenSends([])
      .replied('hotel', 'accepted', { command: 0 })
      .thenSends([new CancelHotel({ hotel: 'Ritz' })])
  })

  it('lets time pass: a timeout, the next attempt, and the compensation when it times out too', () => {
    started()
      .replied('hotel', 'accepted')
      .afterTimeout()
      .thenSends([])
      .afterTimeout()
      .thenSends([flight])
      .afterTimeout()
      .thenSends([new CancelHotel({ hotel: 'Ritz' }), new CancelHotel({ hotel: 'Adlon' })])
  })

  it('knows a parked saga and its reason', () => {
    started().replied('hotel', 'accepted').replied('flight', 'accepted').replied('completed', 'rejected', { code: 'closed' }).thenParked('closed').thenParked()
  })

  it('takes plain definitions too', () => {
    const plain = saga({
      name: 'plain',
      initialState: () => ({}),
      startsOn: [startsOn(Booked, () => {})],
      steps: [step('hotel', { send: () => hotels('Ritz') })],
    })
    givenSaga(plain).started(booked()).thenSends(hotels('Ritz')).replied('hotel', 'accepted').thenCompleted()
  })

  it('shows how the commands differ', () => {
    const error = failureOf(() => started().thenSends(hotels('Ritz', 'Sacher')))
    expect(error.message).toContain('The commands that were sent differ.')
    expect(error.message).toMatch(/\+ {5}hotel: 'Adlon'\n- {5}hotel: 'Sacher'/)
  })

  it('says where the saga is when it is not where it was expected', () => {
    expect(failureOf(() => started().thenCompleted()).message).toBe('Expected the saga to be completed, but it is running. Step hotel (step) is under way.')
    expect(failureOf(() => started().replied('hotel', 'rejected').thenCompensated('full')).message).toBe(
      'Expected the saga to be compensated: full, but it is compensating: rejected. Step compensated (end) is under way. rejected',
    )
    expect(failureOf(() => givenSaga(BookTrip).thenCompleted()).actual).toBe('not started')
  })

  it('refuses what cannot happen', () => {
    expect(failureOf(() => started().replied('flight', 'accepted')).message).toBe('Nothing of step flight is under way.')
    expect(failureOf(() => started().replied('hotel', 'accepted', { command: 2 })).message).toBe('No command of step hotel waits for a reply.')
    expect(failureOf(() => started().afterTimeout()).message).toBe('The saga waits for no deadline.')
    expect(failureOf(() => givenSaga(BookTrip).started(flight)).message).toBe('The saga does not start on trip.BookFlight.')
    expect(() => givenSaga(class Nothing {})).toThrow('MODEL_INVALID: Nothing: is no saga')
  })
})
