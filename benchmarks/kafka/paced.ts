/** Starts `once` so many times a second, whether or not the ones before have ended, and gives the milliseconds that each took. */
export async function paced(perSecond: number, seconds: number, once: (index: number) => Promise<number>): Promise<number[]> {
  const under: Promise<number>[] = []
  const started = performance.now()
  for (let index = 0; index < perSecond * seconds; index++) {
    const due = started + (index * 1000) / perSecond
    const early = due - performance.now()
    if (early > 0) await new Promise(resolve => setTimeout(resolve, early))
    under.push(once(index))
  }
  return Promise.all(under)
}
