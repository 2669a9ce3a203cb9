import type { NodeProcess } from './node-process.js'
import type { NodeRequest } from './protocol.js'

/** How long a client tries to get an answer to one command, in milliseconds. */
const patience = 150_000

/** Clients that send all the time, each through any node that is up, and again with the same id until there is an answer. */
export class Clients {
  /** The outcome of each command that was answered. */
  readonly answered = new Map<string, string>()
  readonly given = new Set<string>()
  private readonly running: Promise<void>[] = []
  private stopped = false
  private count = 0

  constructor(
    private readonly boxes: number,
    private readonly nodes: () => readonly NodeProcess[],
  ) {}

  start(count: number): void {
    for (let client = 0; client < count; client++) this.running.push(this.run())
  }

  /** Resolves when so many more commands have been answered, or when every client may be waiting: for a newer node than the one that owns a shard. */
  async more(count: number): Promise<void> {
    const wanted = this.answered.size + count
    const ended = Promise.all(this.running)
    for (const end = Date.now() + 8_000; this.answered.size < wanted && Date.now() < end; ) await Promise.race([pause(20), ended])
  }

  /** Resolves when every command has its answer. */
  async stop(): Promise<void> {
    this.stopped = true
    await Promise.all(this.running)
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const number = ++this.count
      const newer = this.nodes().some(({ isUp, settings }) => isUp && settings.version === 'new')
      const box = `box-${number % this.boxes}`
      // A few boxes get labels: the old version cannot read them from then on.
      const isLabel = newer && number % 7 === 0
      const fields = { box: isLabel ? `box-${number % 3}` : box, letter: `letter-${number}`, ...(isLabel ? {} : { weight: number % 10 }) }
      await this.pursue({ id: `c-${number}`, type: isLabel ? 'Label' : 'Receive', fields })
    }
  }

  private async pursue(request: NodeRequest): Promise<void> {
    this.given.add(request.id)
    for (const end = Date.now() + patience; Date.now() < end; ) {
      const able = this.nodes().filter(({ isUp, settings }) => isUp && (request.type === 'Receive' || settings.version === 'new'))
      const node = able[Math.floor(Math.random() * able.length)]
      const answer = await node?.send(request)
      if (answer) return void this.answered.set(request.id, answer.code ? `${answer.outcome} ${answer.code}` : answer.outcome)
      await pause(50)
    }
    throw new Error(`Nobody has answered ${JSON.stringify(request)}`)
  }
}

const pause = (milliseconds: number) => new Promise<void>(resolve => setTimeout(resolve, milliseconds))
