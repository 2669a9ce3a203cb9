import { connect, type Socket } from 'node:net'

/** What one broker knows of its cluster. */
export interface ClusterMetadata {
  readonly brokers: readonly { readonly id: number; readonly port: number }[]
  readonly partitions: readonly { readonly leader: number; readonly replicas: readonly number[]; readonly inSync: readonly number[] }[]
}

/** Metadata, version 1, of all topics: https://kafka.apache.org/protocol#The_Messages_Metadata */
const request = Buffer.from([0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])

/** Asks one broker. The driver lives behind the log port, so this is the protocol itself. Rejects when the broker does not answer within a second. */
export function askMetadata(host: string, port: number): Promise<ClusterMetadata> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host, port })
    let received = Buffer.alloc(0)
    socket.setTimeout(1000, () => socket.destroy(new Error('it did not answer within a second')))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('it closed the connection')))
    socket.once('connect', () => socket.write(request))
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk])
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return
      try {
        resolve(parse(received.subarray(8)))
      } catch (error) {
        reject(error)
      }
      socket.destroy()
    })
  })
}

function parse(body: Buffer): ClusterMetadata {
  let at = 0
  const int8 = () => body.readInt8(at++)
  const int16 = () => {
    at += 2
    return body.readInt16BE(at - 2)
  }
  const int32 = () => {
    at += 4
    return body.readInt32BE(at - 4)
  }
  const skipText = () => {
    const length = int16()
    at += Math.max(0, length)
  }
  const list = <T>(item: () => T): T[] => Array.from({ length: int32() }, item)
  const brokers = list(() => {
    const id = int32()
    skipText()
    const port = int32()
    skipText()
    return { id, port }
  })
  int32() // the controller
  const topics = list(() => {
    int16()
    skipText()
    int8()
    return list(() => {
      int16()
      int32()
      return { leader: int32(), replicas: list(int32), inSync: list(int32) }
    })
  })
  return { brokers, partitions: topics.flat() }
}
