/** Growing offsets as bytes: each as the distance to the one before, 7 bits a byte (LEB128). */
export function encodeOffsets(offsets: readonly number[]): Buffer {
  const bytes: number[] = []
  let last = 0
  for (const offset of offsets) {
    let distance = offset - last
    last = offset
    while (distance >= 128) {
      bytes.push((distance % 128) | 128)
      distance = Math.floor(distance / 128)
    }
    bytes.push(distance)
  }
  return Buffer.from(bytes)
}

export function decodeOffsets(bytes: Uint8Array): number[] {
  const offsets: number[] = []
  let last = 0
  let distance = 0
  let scale = 1
  for (const byte of bytes) {
    distance += (byte & 127) * scale
    scale *= 128
    if (byte >= 128) continue
    last += distance
    offsets.push(last)
    distance = 0
    scale = 1
  }
  return offsets
}
