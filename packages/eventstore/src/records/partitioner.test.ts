import { describe, expect, test } from 'vitest'
import { murmur2, shardOf } from './partitioner.js'

/**
 * Key, murmur2 and partition of 12, as the Java client has them. `mvn dependency:copy-dependencies` of
 * org.apache.kafka:kafka-clients:4.3.1, then in `jshell --class-path 'target/dependency/*'`:
 *
 *     var bytes = key.getBytes(java.nio.charset.StandardCharsets.UTF_8)
 *     org.apache.kafka.common.utils.Utils.murmur2(bytes)
 *     org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey(bytes, 12)
 */
const vectors: readonly (readonly [key: string, hash: number, partition: number])[] = [
  ['', 275646681, 9],
  ['a', -1563381124, 4],
  ['ab', 316155434, 2],
  ['abc', 479470107, 3],
  ['abcd', -1323649548, 8],
  ['abcde', 461995741, 1],
  ['abcdefg', -346467175, 1],
  ['21', -973932308, 0],
  ['foobar', -790332482, 6],
  ['a-little-bit-long-string', -985981536, 8],
  ['CA-2016-152156', 2072110315, 7],
  ['FUR-BO-10001798', -275800306, 10],
  ['tenant:order', 1097313966, 6],
  ['tenant:order:7', -730787857, 7],
  ['0189d2d5-7f6a-7c31-8a5e-0123456789ab', -1541333574, 2],
  ['é', 186971271, 3],
  ['üß', 827245033, 1],
  ['日本語', 1431860170, 10],
  ['😀', 131881617, 9],
  ['😀éx', -578343468, 8],
  ['\u0000', 375494588, 8],
  ['\u0000\u0000\u0000\u0000', 850957120, 4],
  [' ', -987232127, 9],
  ['x'.repeat(1000), -1068453602, 6],
  ['€'.repeat(333), -1287887205, 11],
]

describe('a key', () => {
  test.each(vectors)('%j has the hash that the Java client gives it', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash)
  })

  test.each(vectors)('%j goes to the partition that the Java client sends it to', (key, _, partition) => {
    expect(shardOf(key, 12)).toBe(partition)
  })

  test('has shard 0 where there is only one', () => {
    for (const [key] of vectors) expect(shardOf(key, 1)).toBe(0)
  })

  test('of tenant and order is one text and spreads over the shards like any other', () => {
    const shards = new Set(Array.from({ length: 200 }, (_, order) => shardOf(`tenant-1:order-${order}`, 12)))
    expect(shards.size).toBe(12)
  })
})
