/**
 * Votes as they come, answers being small whole numbers: leader, second and total at any time. Among answers with
 * equally many votes the first one mentioned leads, as in `votesOf`.
 */
export class Tally {
  leader = -1
  /** Votes of the leader. */
  most = 0
  /** Votes of the best answer other than the leader. */
  second = 0
  /** Votes cast, those without an answer included. */
  total = 0
  /** Votes that gave an answer. */
  answered = 0
  /** Answers mentioned so far. */
  distinct = 0
  readonly #counts: Int32Array
  readonly #mentioned: Int32Array

  constructor(answers: number) {
    this.#counts = new Int32Array(answers)
    this.#mentioned = new Int32Array(answers)
  }

  /** One more vote; a negative answer is a vote that gave none. */
  add(answer: number): void {
    this.total += 1
    if (answer < 0) return
    this.answered += 1
    const votes = (this.#counts[answer] as number) + 1
    this.#counts[answer] = votes
    if (votes === 1) {
      this.distinct += 1
      this.#mentioned[answer] = this.distinct
    }
    if (answer === this.leader) {
      this.most = votes
    } else if (votes > this.most) {
      this.second = this.most
      this.leader = answer
      this.most = votes
    } else if (votes === this.most) {
      this.second = votes
      if ((this.#mentioned[answer] as number) < (this.#mentioned[this.leader] as number)) this.leader = answer
    } else if (votes > this.second) {
      this.second = votes
    }
  }

  votesFor(answer: number): number {
    return this.#counts[answer] ?? 0
  }

  clear(): void {
    this.leader = -1
    this.most = 0
    this.second = 0
    this.total = 0
    this.answered = 0
    this.distinct = 0
    this.#counts.fill(0)
    this.#mentioned.fill(0)
  }
}
