/** The shard of a key: as the Java client's default partitioner, `(murmur2(utf8(key)) & 0x7fffffff) mod shards`. */
export function shardOf(key: string, shards: number): number {
  return (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % shards
}

/** Murmur2 with 32 bits and the seed of org.apache.kafka.common.utils.Utils. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length
  const m = 0x5bd1e995
  let hash = 0x9747b28c ^ length
  const words = length >> 2
  for (let word = 0; word < words; word++) {
    const i = word << 2
    let k = (bytes[i] as number) | ((bytes[i + 1] as number) << 8) | ((bytes[i + 2] as number) << 16) | ((bytes[i + 3] as number) << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    k = Math.imul(k, m)
    hash = Math.imul(hash, m) ^ k
  }
  const rest = words << 2
  if (length - rest === 3) hash ^= (bytes[rest + 2] as number) << 16
  if (length - rest >= 2) hash ^= (bytes[rest + 1] as number) << 8
  if (length - rest >= 1) hash = Math.imul(hash ^ (bytes[rest] as number), m)
  hash ^= hash >>> 13
  hash = Math.imul(hash, m)
  return hash ^ (hash >>> 15)
}
