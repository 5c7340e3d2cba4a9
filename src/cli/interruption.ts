/** Turns the first Ctrl-C into an abort, so that a command can end in order; the second one ends at once. */
export function interruption(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const onInterrupt = () => {
    console.error('Interrupted: cancelling what is in flight. Press Ctrl-C again to end at once.')
    controller.abort()
  }
  process.once('SIGINT', onInterrupt)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => void process.removeListener('SIGINT', onInterrupt),
  }
}
