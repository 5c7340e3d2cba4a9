import { checkerSource } from './checker.ts'
import { codecSource } from './codec.ts'
import { confinementSource } from './confinement.ts'
import { probeSource } from './probe.ts'
import { supervisorSource } from './supervisor.ts'
import { zygoteSource } from './zygote.ts'

/** Bytes of a candidate's output that are kept; the rest is read and thrown away, so that it never blocks. */
export const outputBytes = 65_536

/** The whole fork server as one Python program, given to the interpreter with `-c`. */
export const serverProgram = [
  // Without a folder of modules in front: `python -c` puts the working directory first.
  "import sys\nsys.path[:] = [path for path in sys.path if path not in ('', '.')]\nimport gc",
  confinementSource,
  codecSource,
  zygoteSource,
  probeSource,
  checkerSource,
  `OUTPUT_BYTES = ${outputBytes}`,
  supervisorSource,
].join('\n')
