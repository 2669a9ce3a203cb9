/** How long a fact waits for something, in milliseconds; a real broker needs seconds to share partitions anew. */
const patience = 30_000

/** Resolves when the condition holds. Rejects with what was waited for when it does not come about. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + patience
  while (!(await condition())) {
    if (performance.now() > until) throw new Error(`Waited ${patience} ms in vain: ${what}.`)
    await new Promise<void>(resolve => setTimeout(resolve, 2))
  }
}
