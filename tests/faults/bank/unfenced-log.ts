import { randomUUID } from 'node:crypto'
import type { Log, LogConfig, LogMember } from '@ottla/eventstore'

/**
 * The control: the same log with the fence taken away. Every writer has an id of its own, so that none shuts another out, and a member believes that it
 * holds whatever it was once given. Runs with it must break promises, or their checks see nothing.
 */
export function unfenced(config: LogConfig): LogConfig {
  return {
    open: async options => {
      const opened = await config.open(options)
      return { ...opened, log: withoutFence(opened.log) }
    },
  }
}

function withoutFence(log: Log): Log {
  return {
    clusterId: log.clusterId,
    admin: log.admin,
    writer: id => log.writer(`${id}.${randomUUID()}`),
    producer: () => log.producer(),
    reader: options => log.reader(options),
    member: async options => {
      // One double for each real member: whoever compares members must find the same.
      const doubles = new WeakMap<LogMember, LogMember>()
      const doubleOf = (member: LogMember) => {
        const known = doubles.get(member) ?? confident(member)
        doubles.set(member, known)
        return known
      }
      const member = await log.member({
        ...options,
        assigned: (partitions, given) => options.assigned(partitions, doubleOf(given)),
        records: (batch, given) => options.records(batch, doubleOf(given)),
      })
      return doubleOf(member)
    },
    close: () => log.close(),
  }
}

function confident(member: LogMember): LogMember {
  return {
    holds: async () => true,
    seek: to => member.seek(to),
    pause: partition => member.pause(partition),
    resume: partition => member.resume(partition),
    leave: () => member.leave(),
  }
}
