import { progress as clackProgress } from '@clack/prompts'

/** Progress of one piece of work, on standard error. */
export interface Progress {
  /** @param done of `total`; may only grow */
  update(done: number, message: string): void
  stop(message: string): void
}

const barWidth = 40
/** Without a terminal, one line for each tenth of the work, and none more often than this, in milliseconds. */
const lineInterval = 1000
const lineShare = 0.1

/** A bar on a terminal, plain lines elsewhere. */
export function startProgress(total: number, message: string): Progress {
  return process.stderr.isTTY ? bar(total, message) : lines(total, message)
}

function bar(total: number, message: string): Progress {
  const shown = clackProgress({ max: barWidth, size: barWidth, output: process.stderr })
  shown.start(message)
  let steps = 0
  return {
    update(done, text) {
      const wanted = Math.min(barWidth, Math.floor((done / Math.max(1, total)) * barWidth))
      shown.advance(wanted - steps, text)
      steps = wanted
    },
    stop: (text) => shown.stop(text),
  }
}

function lines(total: number, message: string): Progress {
  console.error(message)
  let share = 0
  let printed = performance.now()
  return {
    update(done, text) {
      const now = performance.now()
      if (done / Math.max(1, total) < share + lineShare || now - printed < lineInterval) return
      share = done / Math.max(1, total)
      printed = now
      console.error(`  ${Math.round(share * 100)} %  ${text}`)
    },
    stop: (text) => console.error(text),
  }
}
