#!/usr/bin/env node
/** The first Node that runs this package: type stripping, disposables and node:sqlite without flags. */
const needed = [22, 18] as const

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(
    `outthink needs Node ${needed.join('.')} or newer, and this is Node ${process.versions.node}; in a clone of the project, npm scripts bring their own.`,
  )
  process.exitCode = 2
} else {
  // Loaded only now: the libraries behind it do not load on an older Node.
  const { main } = await import('./program.ts')
  await main(process.argv)
}
