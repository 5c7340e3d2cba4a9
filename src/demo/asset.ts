import { fileURLToPath } from 'node:url'

/** The path of a file that the package carries in src/demo, from the sources and from dist alike. */
export function asset(name: string): string {
  const here = import.meta.url
  const folder = here.includes('/dist/src/demo/') ? '../../../src/demo/' : './'
  return fileURLToPath(new URL(folder + name, here))
}
