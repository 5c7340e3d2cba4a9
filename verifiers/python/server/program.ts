import { checkerSource } from './checker.ts'
import { codecSource } from './codec.ts'
import { confinementSource } from './confinement.ts'
import { probeSource } from './probe.ts'
import { supervisorSource } from './supervisor.ts'
import { zygoteSource } from './zygote.ts'

/** Bytes of a candidate's output that are kept; the rest is read and thrown away, so that it never blocks. */
export const outputBytes = 65_536

/**
 * What the interpreter is given with `-c`; the fork server's source is its second argument, the settings its first.
 *
 * The source is compiled in a process of its own: compiling leaves megabytes of holes in the heap, and every fork of
 * a candidate would copy the page tables of them and every death would tear them down again.
 */
export const startProgram = String.raw`
import sys
# Without a folder of modules in front: -c puts the working directory first.
sys.path[:] = [path for path in sys.path if path not in ('', '.')]
import gc, marshal, os
receiving, sending = os.pipe()
compiler = os.fork()
if compiler == 0:
    compiled = marshal.dumps(compile(sys.argv[2], 'fork-server', 'exec'))
    while compiled:
        compiled = compiled[os.write(sending, compiled):]
    os._exit(0)
os.close(sending)
with open(receiving, 'rb') as source:
    compiled = source.read()
os.waitpid(compiler, 0)
del sys.argv[2:]
exec(marshal.loads(compiled))
`

/** The whole fork server as one Python program. */
export const serverProgram = [
  confinementSource,
  codecSource,
  zygoteSource,
  probeSource,
  checkerSource,
  `OUTPUT_BYTES = ${outputBytes}`,
  supervisorSource,
].join('\n')
