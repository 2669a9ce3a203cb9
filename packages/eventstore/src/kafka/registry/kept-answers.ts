/** Answers that never change: asked for once, also by several at the same time. A failure is not kept. */
export class KeptAnswers<T> {
  readonly #answers = new Map<string, Promise<T>>()

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(key)
    if (known) return known
    const answer = ask()
    this.#answers.set(key, answer)
    answer.catch(() => this.#answers.delete(key))
    return answer
  }
}
