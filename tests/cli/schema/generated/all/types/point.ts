// Made by ottla schema types from avsc/every-type.avsc: changes are lost when it is made anew.
import { Field, Message, t, Value } from 'ottla'

@Value('all.types.Point')
export class Point extends Message<Point> {
  @Field(t.double) x!: number
  @Field(t.double) y!: number
}
