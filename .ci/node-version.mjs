// Prints the Node that npm scripts run on; with --check fails when it is too old for the package.
const [major, minor] = process.versions.node.split('.').map(Number)
console.log(process.versions.node)
if (process.argv.includes('--check') && (major < 22 || (major === 22 && minor < 18))) process.exitCode = 1
