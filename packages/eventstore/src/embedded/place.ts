/**
 * How many offsets a partition can have: 2^34. A place is one integer for partition number and offset, so that the key of
 * the table is a plain integer; with 2^34 offsets there is room for 2^19 partitions below 2^53.
 */
const offsets = 2 ** 34

/** The place of an offset: all places of a partition are neighbours, in the order of their offsets. */
export function placeOf(partition: number, offset: number): number {
  return partition * offsets + offset
}

export function offsetOf(place: number): number {
  return place % offsets
}

export function partitionOf(place: number): number {
  return Math.floor(place / offsets)
}
