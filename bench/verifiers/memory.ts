import { readdir, readFile } from 'node:fs/promises'

const bytesPerMegabyte = 2 ** 20
const kilobytesPerMegabyte = 1024

/** Resident memory of this process with its worker threads, in MB. Threads cannot be told apart. */
export function ownMegabytes(): number {
  return process.memoryUsage().rss / bytesPerMegabyte
}

export interface ChildMemory {
  readonly processes: number
  /** Proportional set size: pages that processes share are counted once, split among them. */
  readonly megabytes: number
}

/** Memory of all processes below this one; null where there is no /proc. */
export async function childMemory(): Promise<ChildMemory | null> {
  const ids = await readdir('/proc').then(
    (names) => names.filter((name) => /^\d+$/.test(name)),
    () => [],
  )
  if (ids.length === 0) return null
  const parents = new Map<string, string>()
  for (const id of ids) {
    const status = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')
    // The name of a program may hold spaces and brackets: what counts comes after the last one.
    const [, parent] = /\) \S (\d+)/.exec(status.slice(status.lastIndexOf(')'))) ?? []
    if (parent !== undefined) parents.set(id, parent)
  }
  const own = String(process.pid)
  const below = [...parents.keys()].filter((id) => {
    let at = parents.get(id)
    while (at !== undefined && at !== own) at = parents.get(at)
    return at === own
  })
  let megabytes = 0
  for (const id of below) {
    const memory = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => '')
    megabytes += Number(/^Pss:\s+(\d+) kB/m.exec(memory)?.[1] ?? 0) / kilobytesPerMegabyte
  }
  return { processes: below.length, megabytes }
}
