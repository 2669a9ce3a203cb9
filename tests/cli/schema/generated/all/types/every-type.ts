// Made by ottla schema types from avsc/every-type.avsc: changes are lost when it is made anew.
import { type CalendarDuration, type Defaulted, Event, Field, Message, t } from 'ottla'
import { IdType } from './id.js'
import { Period } from './period.js'
import { Point } from './point.js'

@Event('all.types.EveryType')
export class EveryType extends Message<EveryType> {
  @Field(t.null) nothing?: undefined
  @Field(t.withDefault(t.boolean, true)) boolean!: Defaulted<boolean>
  @Field(t.withDefault(t.int, -1)) int!: Defaulted<number>
  @Field(t.long) long!: bigint
  @Field(t.withDefault(t.float, 0.5)) float!: Defaulted<number>
  @Field(t.withDefault(t.double, 1.5)) double!: Defaulted<number>
  @Field(t.withDefault(t.bytes, Uint8Array.of(255))) bytes!: Defaulted<Uint8Array>
  @Field(t.withDefault(t.string, "it's")) string!: Defaulted<string>
  @Field(IdType) fixedId!: string
  @Field(t.timeMillis) timeMillis!: number
  @Field(t.timeMicros) timeMicros!: number
  @Field(t.timestampNanos) timestampNanos!: bigint
  @Field(t.localTimestampMillis) localMillis!: bigint
  @Field(t.localTimestampMicros) localMicros!: bigint
  @Field(t.localTimestampNanos) localNanos!: bigint
  @Field(Period) period!: CalendarDuration
  @Field(t.withDefault(t.decimal(30), '1')) whole!: Defaulted<string>
  @Field(t.withDefault(t.union(t.string, t.long, t.boolean, t.array(t.double)), 'x')) either!: Defaulted<string | bigint | boolean | number[]>
  @Field(t.withDefault(Point, new Point({ x: 1, y: -2.5 }))) point!: Defaulted<Point>
  @Field(t.map(t.array(Point))) points!: Record<string, Point[]>
}
