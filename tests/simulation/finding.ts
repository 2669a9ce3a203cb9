import type { TopicOffset } from '@ottla/eventstore'

/** I1: one decision for each command. I2: versions. I3: answers and positions. I4: order. I5: nothing aborted is seen. I6: views. I7: money. I8: done in time. I9: no unexpected failure. */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9'

export interface Finding {
  readonly invariant: Invariant
  readonly what: string
  /** The first record that shows it. */
  readonly at?: TopicOffset
}
