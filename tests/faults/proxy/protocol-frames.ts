/** The requests that the proxy tells apart, by Kafka's numbers (https://kafka.apache.org/protocol#protocol_api_keys). */
export const apiKeys = {
  Produce: 0,
  Fetch: 1,
  OffsetFetch: 9,
  JoinGroup: 11,
  Heartbeat: 12,
  SyncGroup: 14,
  InitProducerId: 22,
  AddPartitionsToTxn: 24,
  AddOffsetsToTxn: 25,
  EndTxn: 26,
  TxnOffsetCommit: 28,
} as const

export type ApiName = keyof typeof apiKeys

const names = new Map<number, ApiName>(Object.entries(apiKeys).map(([name, key]) => [key, name as ApiName]))

/** The name of a request, undefined for one that the proxy only passes on. */
export function apiNameOf(request: Buffer): ApiName | undefined {
  return names.get(request.readInt16BE(4))
}

export function apiVersionOf(request: Buffer): number {
  return request.readInt16BE(6)
}

/** Of a request; an answer has it 4 bytes earlier. */
export function correlationIdOf(request: Buffer): number {
  return request.readInt32BE(8)
}

export function answeredIdOf(answer: Buffer): number {
  return answer.readInt32BE(4)
}

/** Cuts a stream of bytes into frames: 4 bytes of length, then as many bytes. Each frame is given whole, with its length. */
export class FrameSplitter {
  private chunks: Buffer[] = []
  private size = 0

  push(chunk: Buffer): Buffer[] {
    this.chunks.push(chunk)
    this.size += chunk.length
    const frames: Buffer[] = []
    for (let wanted = this.wanted(); wanted !== undefined && this.size >= wanted; wanted = this.wanted()) {
      const whole = this.joined()
      frames.push(whole.subarray(0, wanted))
      this.chunks = [whole.subarray(wanted)]
      this.size -= wanted
    }
    return frames
  }

  /** The size of the next frame, undefined as long as not even its length is there. */
  private wanted(): number | undefined {
    if (this.size < 4) return undefined
    const first = this.chunks[0] as Buffer
    return 4 + (first.length >= 4 ? first : this.joined()).readInt32BE(0)
  }

  private joined(): Buffer {
    if (this.chunks.length > 1) this.chunks = [Buffer.concat(this.chunks)]
    return this.chunks[0] as Buffer
  }
}
