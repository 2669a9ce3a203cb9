import type { Clock } from '@ottla/core'
import type { MemberOptions, TopicPartition } from '../log/log.js'
import type { RecordSource } from '../log/record-source.js'
import { Group } from './group.js'
import { GroupMember } from './group-member.js'

export interface GroupsOptions {
  readonly source: RecordSource
  readonly clock: Clock
  /** A group's committed offset, if there is one. */
  readonly committed: (group: string, partition: TopicPartition) => number | undefined
}

/** The groups of a log that lives in one process: their members share partitions and are told before and after each change. */
export class Groups {
  private readonly byName = new Map<string, Group<GroupMember>>()

  constructor(private readonly options: GroupsOptions) {}

  /** Joins a group. `assigned` may have been called when this returns. Throws TOPIC_UNKNOWN. */
  join(options: MemberOptions): GroupMember {
    const { source, clock, committed } = this.options
    const group = this.byName.get(options.group) ?? new Group<GroupMember>(source)
    const member = new GroupMember(group, options, { source, clock, committed: partition => committed(options.group, partition) })
    group.add(member)
    this.byName.set(options.group, group)
    return member
  }

  /** The names of the groups that have members. */
  active(): readonly string[] {
    return [...this.byName].filter(([, group]) => group.size > 0).map(([name]) => name)
  }

  /** How many members the group has. */
  size(group: string): number {
    return this.byName.get(group)?.size ?? 0
  }

  /** The topics that the group's members read. */
  topics(group: string): readonly string[] {
    return this.byName.get(group)?.topics ?? []
  }

  /** Every member leaves its group, after `revoked` for what it holds. */
  async leave(): Promise<void> {
    await Promise.all([...this.byName.values()].flatMap(group => group.all().map(member => member.leave())))
  }
}
