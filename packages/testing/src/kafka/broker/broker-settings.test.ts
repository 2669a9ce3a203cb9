import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { brokerProperties, clusterSettings } from './broker-settings.js'

describe('the settings of a broker', () => {
  test('agree with docker-compose.yml', () => {
    const compose = readFileSync(join(import.meta.dirname, '../../../../../docker-compose.yml'), 'utf8')
    const block = /^x-broker-environment:.*\n((?: .*\n)+)/m.exec(compose)?.[1] ?? ''
    const named = new Map([...block.matchAll(/^ {2}KAFKA_(\w+): "?(.*?)"?$/gm)].map(([, name, value]) => [name?.toLowerCase().replaceAll('_', '.'), value]))
    const common = Object.entries(clusterSettings(3)).map(([name, value]) => [name, `${value}`])
    expect(common.map(([name]) => [name, named.get(name)])).toEqual(common)
  })

  test('keep what is acknowledged on two of three brokers, and on the one of one', () => {
    expect(clusterSettings(3)).toMatchObject({ 'default.replication.factor': 3, 'min.insync.replicas': 2, 'transaction.state.log.min.isr': 2 })
    expect(clusterSettings(1)).toMatchObject({ 'default.replication.factor': 1, 'min.insync.replicas': 1, 'transaction.state.log.min.isr': 1 })
  })

  test('name every controller, and listen on 127.0.0.1 only', () => {
    const properties = brokerProperties(
      2,
      [
        { client: 1, controller: 2 },
        { client: 3, controller: 4 },
        { client: 5, controller: 6 },
      ],
      '/data',
    )
    expect(properties).toContain('controller.quorum.voters=1@127.0.0.1:2,2@127.0.0.1:4,3@127.0.0.1:6\n')
    expect(properties).toContain('\nlisteners=CLIENT://127.0.0.1:3,CONTROLLER://127.0.0.1:4\n')
  })

  test('have further listeners beside their own, and other settings in place of theirs', () => {
    const more = { listeners: 'LOGIN://127.0.0.1:3', 'listener.security.protocol.map': 'LOGIN:SASL_PLAINTEXT', 'min.insync.replicas': 9 }
    const properties = brokerProperties(1, [{ client: 1, controller: 2 }], '/data', more)
    expect(properties).toContain('\nlisteners=CLIENT://127.0.0.1:1,CONTROLLER://127.0.0.1:2,LOGIN://127.0.0.1:3\n')
    expect(properties).toContain('\nlistener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:SASL_PLAINTEXT\n')
    expect(properties).toContain('\nmin.insync.replicas=9\n')
  })
})
