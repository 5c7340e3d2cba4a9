import { fileURLToPath } from 'node:url'

/** The path of a file that the package carries in src/demo, from the sources and from dist alike. */
export function asset(name: string): string {
  return fromRoot(`src/demo/${name}`)
}

/** The folder of the pair's recordings, one folder a task. */
export function recordings(): string {
  return fromRoot('bench/recordings')
}

function fromRoot(path: string): string {
  const here = import.meta.url
  const root = here.includes('/dist/src/demo/') ? '../../../' : '../../'
  return fileURLToPath(new URL(root + path, here))
}
