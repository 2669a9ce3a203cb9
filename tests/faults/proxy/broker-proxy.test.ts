import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Random } from '../../simulation/random.js'
import { BrokerProxy, type Traffic } from './broker-proxy.js'
import { ConnectionFaults } from './connection-faults.js'
import { apiKeys, correlationIdOf, FrameSplitter } from './protocol-frames.js'
import { redirectConnections } from './redirected-connections.js'

let broker: Server
let proxy: BrokerProxy
let faults: ConnectionFaults
let traffic: Traffic
let client: Socket
let asked: number[]
/** The error that the broker answers with. */
let error = 0

beforeEach(async () => {
  asked = []
  error = 0
  traffic = { takeovers: 0, fencings: 0, commits: 0, timedOut: 0, cuts: 0, joins: 0 }
  faults = new ConnectionFaults(new Random(1))
  broker = createServer(socket => {
    const frames = new FrameSplitter()
    socket.on('error', () => socket.destroy())
    socket.on('data', chunk => {
      for (const request of frames.push(chunk)) {
        asked.push(correlationIdOf(request))
        const answer = Buffer.alloc(14)
        answer.writeInt32BE(10, 0)
        answer.writeInt32BE(correlationIdOf(request), 4)
        answer.writeInt16BE(error, 12)
        socket.write(answer)
      }
    })
  }).listen(0, '127.0.0.1')
  await once(broker, 'listening')
  proxy = await BrokerProxy.open((broker.address() as AddressInfo).port, faults, traffic)
  client = connect(proxy.port, '127.0.0.1')
  client.on('error', () => undefined)
})

afterEach(async () => {
  client.destroy()
  await proxy.close()
  broker.close()
})

/** An EndTxn that commits, of the client `c` and the transactional id `t`. */
function endTxn(id: number): Buffer {
  const request = Buffer.alloc(29)
  request.writeInt32BE(25, 0)
  request.writeInt16BE(apiKeys.EndTxn, 4)
  request.writeInt16BE(1, 6)
  request.writeInt32BE(id, 8)
  request.write('\0\x01c\0\x01t', 12, 'latin1')
  request.writeInt8(1, 28)
  return request
}

async function answerTo(request: Buffer): Promise<number | 'cut'> {
  const answer = Promise.race([once(client, 'data'), once(client, 'close')])
  client.write(request)
  const [data] = (await answer) as [Buffer | boolean]
  return Buffer.isBuffer(data) ? data.readInt32BE(4) : 'cut'
}

it('passes requests and answers on, and counts commits', async () => {
  expect(await answerTo(endTxn(7))).toBe(7)
  expect(traffic.commits).toBe(1)
})

it('counts an answer that shuts a producer out', async () => {
  error = 47
  await answerTo(endTxn(7))
  expect(traffic).toMatchObject({ fencings: 1, commits: 0 })
})

it('loses a request: the broker never sees it', async () => {
  faults.next('EndTxn', { kind: 'lose request' })
  expect(await answerTo(endTxn(7))).toBe('cut')
  expect(asked).toEqual([])
})

it('loses an answer: the broker has done it', async () => {
  faults.next('EndTxn', { kind: 'lose answer' })
  expect(await answerTo(endTxn(7))).toBe('cut')
  expect(asked).toEqual([7])
})

it('delivers a late request after its connection was cut', async () => {
  faults.next('EndTxn', { kind: 'late', milliseconds: 50 })
  expect(await answerTo(endTxn(7))).toBe('cut')
  await expect.poll(() => asked).toEqual([7])
})

it('holds later requests back behind a delayed one', async () => {
  faults.next('EndTxn', { kind: 'delay', milliseconds: 50 })
  client.write(Buffer.concat([endTxn(7), endTxn(8)]))
  await expect.poll(() => asked).toEqual([7, 8])
})

it('draws as many faults as the rate says, the same for the same seed', () => {
  const [first, second] = [1, 1].map(seed => {
    const drawn = new ConnectionFaults(new Random(seed))
    drawn.rate = 0.5
    return Array.from({ length: 100 }, () => drawn.faultFor('Produce')?.kind)
  })
  expect(first).toEqual(second)
  expect(first?.filter(kind => kind !== undefined).length).toBeGreaterThan(30)
})

it('connections of this process to a port are led to another one', async () => {
  const end = redirectConnections(new Map([[9, proxy.port]]))
  for (const open of [() => connect(9, '127.0.0.1'), () => connect({ host: '127.0.0.1', port: 9 })]) {
    const socket = open()
    await once(socket, 'connect')
    expect(socket.remotePort).toBe(proxy.port)
    socket.destroy()
  }
  end()
})
