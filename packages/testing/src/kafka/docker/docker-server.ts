import { setTimeout as delay } from 'node:timers/promises'
import type { GenericContainer } from 'testcontainers'
import { testingErrors } from '../../testing-errors.js'
import type { KafkaServer } from '../broker/cluster-of-servers.js'

/** How long a start may take, in milliseconds; pulling the image comes before. */
const patience = 120_000

/** What is asked of the engine for one container. */
export interface DockerContainer {
  kill(): Promise<unknown>
  stop(): Promise<unknown>
  start(): Promise<unknown>
  remove(options: { force: boolean; v: boolean }): Promise<unknown>
}

/** A broker or a registry in a container. */
export class DockerServer implements KafkaServer {
  #container: DockerContainer | undefined
  #log = ''
  isRunning = false

  /** `check` rejects, with what is missing, as long as the server does not serve. */
  constructor(
    private readonly name: string,
    private readonly definition: GenericContainer,
    private readonly check: () => Promise<void>,
  ) {}

  async start(): Promise<void> {
    if (this.isRunning) return
    this.isRunning = true
    if (this.#container) await this.#container.start()
    else this.#container = await this.#create()
    const end = Date.now() + patience
    for (;;) {
      const problem = await this.check().then(
        () => undefined,
        (error: Error) => error.message,
      )
      if (problem === undefined) return
      if (Date.now() > end) throw testingErrors.create('KAFKA_START_FAILED', { part: this.name, problem, log: this.#log })
      await delay(100)
    }
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!this.isRunning) return
    this.isRunning = false
    await (signal === 'SIGKILL' ? this.#container?.kill() : this.#container?.stop())
  }

  async remove(): Promise<void> {
    this.isRunning = false
    await this.#container?.remove({ force: true, v: true })
  }

  async #create(): Promise<DockerContainer> {
    const { getContainerRuntimeClient } = await import('testcontainers')
    const keepLog = (stream: NodeJS.ReadableStream) =>
      void stream.on('data', text => {
        this.#log = `${this.#log}${text}`.slice(-4000)
      })
    const started = await this.definition.withLogConsumer(keepLog).start()
    const client = await getContainerRuntimeClient()
    return client.container.getById(started.getId())
  }
}
