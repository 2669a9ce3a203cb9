import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafka } from '@ottla/eventstore/kafka'
import { type KafkaCluster, kafkaSource, startKafka } from '@ottla/testing/kafka'
import { type AclEntry, AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } from 'kafkajs'
import { createApp } from 'ottla'
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest'
import { Account, Deposit, TransferOfMoney } from './bank/domain.js'

// Settings of brokers are possible only where they run in JVMs of this machine.
const isPossible = (await kafkaSource()) === 'java'
let cluster: KafkaCluster | undefined

beforeAll(async () => {
  const authorizer = { 'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer', 'allow.everyone.if.no.acl.found': true }
  if (isPossible) cluster = await startKafka({ settings: authorizer })
}, 120_000)

afterAll(() => cluster?.stop())

it.skipIf(!isPossible)(
  'answers commands with failed while the right to write the events is missing, and decides again when it is back',
  async () => {
    const { brokers } = cluster as KafkaCluster
    const folder = mkdtempSync(join(tmpdir(), 'ottla-rights-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const log = kafka({ brokers, registry: inject('registryUrl'), folder })
    const app = await createApp({ name: 'rights', shards: 1, modules: [Account, TransferOfMoney], log })
    onTestFinished(() => app.stop())
    const deposit = () => app.send(new Deposit({ account: 'a', amount: 1, transfer: '' }))
    expect(await deposit()).toMatchObject({ outcome: 'accepted', version: 1 })
    const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    onTestFinished(() => admin.disconnect())
    const rule = (operation: AclOperationTypes, permissionType: AclPermissionTypes): AclEntry => ({
      resourceType: AclResourceTypes.TOPIC,
      resourceName: 'rights.events',
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:ANONYMOUS',
      host: '*',
      operation,
      permissionType,
    })
    // A topic with rules is open to nobody whom they do not name.
    const rules = [rule(AclOperationTypes.ALL, AclPermissionTypes.ALLOW), rule(AclOperationTypes.WRITE, AclPermissionTypes.DENY)]
    await admin.createAcls({ acl: rules })
    const refused = await deposit()
    expect(refused).toMatchObject({ outcome: 'failed', error: { code: 'LOG_FORBIDDEN' } })
    await admin.deleteAcls({ filters: rules.slice(1) })
    await expect.poll(async () => (await deposit()).outcome, { timeout: 20_000 }).toBe('accepted')
    expect(app.health()).toMatchObject({ live: true, problems: [] })
  },
  120_000,
)
