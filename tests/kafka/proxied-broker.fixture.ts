import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { inject, onTestFinished } from 'vitest'
import { BrokerProxy, type Traffic } from '../faults/proxy/broker-proxy.js'
import { ConnectionFaults } from '../faults/proxy/connection-faults.js'
import { redirectConnections } from '../faults/proxy/redirected-connections.js'
import { Random } from '../simulation/random.js'

export interface ProxiedBroker {
  readonly brokers: readonly string[]
  readonly faults: ConnectionFaults
  /** From now on nothing passes through the connections that are open now, and nobody is told. New ones work. */
  freeze(): void
  /** From now on the broker cannot be reached. */
  close(): Promise<void>
}

/** From now to the end of the test, this process reaches the shared broker only through a proxy, which does what the faults say. */
export async function proxiedBroker(): Promise<ProxiedBroker> {
  const faults = new ConnectionFaults(new Random(1))
  const traffic: Traffic = { takeovers: 0, fencings: 0, commits: 0, timedOut: 0, cuts: 0, joins: 0 }
  const brokers = inject('kafkaBrokers')
  const port = Number(brokers[0]?.split(':')[1])
  const proxy = await BrokerProxy.open(await passage(port), faults, traffic)
  const end = redirectConnections(new Map([[port, proxy.port]]))
  onTestFinished(async () => {
    end()
    await proxy.close()
  })
  return { brokers, faults, freeze: () => proxy.freeze(), close: () => proxy.close() }
}

/** Another process's way to the broker: what this process connects to the broker is led to the proxy, also what the proxy itself would connect. */
async function passage(port: number): Promise<number> {
  const script = `
    const { connect, createServer } = require('node:net')
    const server = createServer(client => {
      const broker = connect(${port}, '127.0.0.1')
      for (const [from, to] of [[client, broker], [broker, client]]) from.on('data', data => to.write(data)).on('close', () => to.destroy()).on('error', () => to.destroy())
    }).listen(0, '127.0.0.1', () => console.log(server.address().port))
  `
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return Number(line)
}
