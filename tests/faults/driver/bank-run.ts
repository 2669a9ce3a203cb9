import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KafkaCluster } from '@ottla/testing/kafka'
import { Random } from '../../simulation/random.js'
import type { Answer, NodeSettings } from '../bank/protocol.js'
import type { AskedCommand } from '../checks/history.js'
import type { Traffic } from '../proxy/broker-proxy.js'
import { ConnectionFaults } from '../proxy/connection-faults.js'
import { BankNode } from './bank-node.js'
import type { Asked } from './bank-process.js'
import { Counts } from './counts.js'

export interface BankRunOptions {
  readonly seed: number
  /** How many nodes; they come up with `start`. Default 3. */
  readonly nodes?: number
  readonly shards?: number
  /** false for the control. */
  readonly fenced?: boolean
  /** All nodes are configured with the same client id. */
  readonly twins?: boolean
  readonly sessionTimeout?: number
  readonly transactionTimeout?: number
}

/** The bank on a cluster, with what must outlive its processes: the model of what clients were told, faults, counts and a journal of what was done to it. */
export class BankRun {
  readonly random: Random
  readonly faults: ConnectionFaults
  readonly traffic: Traffic = { takeovers: 0, fencings: 0, commits: 0, timedOut: 0, cuts: 0, joins: 0 }
  readonly counts = new Counts()
  readonly folder = mkdtempSync(join(tmpdir(), 'ottla-faults-'))
  readonly settings: Omit<NodeSettings, 'folder' | 'clientId' | 'proxies'>
  readonly nodes: readonly BankNode[]
  readonly breakdowns: { node: string; message: string }[] = []
  readonly journal: string[] = []
  /** Longest time in milliseconds that a client waited for an answer, over all that it asked. */
  longestWait = 0
  isClosed = false
  private readonly asked = new Map<string, { readonly command: Asked; readonly since: number; readonly answers: Answer[] }>()
  /** How many things were done to nodes, brokers and the registry. */
  nemeses = 0
  private readonly begin = Date.now()
  private nodesMade = 0
  private readonly extra: BankNode[] = []

  constructor(
    readonly cluster: KafkaCluster,
    readonly options: BankRunOptions,
  ) {
    const { seed, nodes = 3, shards = 6, fenced = true, sessionTimeout = 4_000, transactionTimeout = 8_000 } = options
    this.random = new Random(seed)
    this.faults = new ConnectionFaults(new Random(seed + 1))
    const app = `bank-${seed}-${Date.now().toString(36)}`
    this.settings = { app, shards, brokers: cluster.brokers, registry: cluster.registryUrl ?? '', sessionTimeout, transactionTimeout, fenced }
    this.nodes = Array.from({ length: nodes }, () => this.newNode())
    this.note(`seed ${seed}, app ${app}`)
  }

  get everyNode(): readonly BankNode[] {
    return [...this.nodes, ...this.extra]
  }

  get commands(): readonly AskedCommand[] {
    return Array.from(this.asked.values(), ({ command, answers }) => ({ ...command, answers }))
  }

  async start(): Promise<void> {
    await Promise.all(this.nodes.map(node => node.start()))
  }

  /** One more place for a node. */
  addNode(): BankNode {
    const node = this.newNode()
    this.extra.push(node)
    return node
  }

  /** The model: a command is known from before it is sent. */
  ask(command: Asked): void {
    if (!this.asked.has(command.id)) this.asked.set(command.id, { command, since: Date.now(), answers: [] })
  }

  record(answer: Answer): void {
    const asked = this.asked.get(answer.id)
    if (!asked) return this.broken('a node', `it answered ${answer.id}, which nobody asked`)
    const waited = Date.now() - asked.since
    if (asked.answers.length === 0) {
      this.longestWait = Math.max(this.longestWait, waited)
      if (waited > 8_000) this.note(`${asked.command.type} ${answer.id} ${JSON.stringify(asked.command.fields)} had its answer after ${waited} ms`)
    }
    asked.answers.push(answer)
  }

  /** Something happened to a node that must not happen. */
  broken(node: string, message: string): void {
    this.note(`${node} BROKE: ${message}`)
    this.breakdowns.push({ node, message })
  }

  note(what: string): void {
    const line = `${((Date.now() - this.begin) / 1000).toFixed(2).padStart(7)} s  ${what}`
    this.journal.push(line)
    // For whoever watches a run that hangs.
    if (process.env.FAULTS_JOURNAL) console.error(line)
  }

  /** Ends every process and removes the folders. */
  async close(): Promise<void> {
    this.isClosed = true
    await Promise.all(this.everyNode.map(node => node.close()))
    rmSync(this.folder, { recursive: true, force: true })
  }

  private newNode(): BankNode {
    const name = `node-${++this.nodesMade}`
    return new BankNode(this, name, this.options.twins ? 'twin' : name)
  }
}
