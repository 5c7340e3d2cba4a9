import type { QuickJSWASMModule } from 'quickjs-emscripten'

/** Bytes of one page of WebAssembly memory. */
const PAGE_BYTES = 65_536

/** Pages the module is built to start with. */
const INITIAL_PAGES = 256

/** What is used of WebAssembly: its types come with a browser's library only. */
declare const WebAssembly: {
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => SandboxMemory
}

export interface SandboxMemory {
  readonly buffer: { readonly byteLength: number }
}

/** A WebAssembly instance of QuickJS whose memory cannot grow past its limit. */
export interface SandboxModule {
  readonly quickjs: QuickJSWASMModule
  readonly memory: SandboxMemory
  readonly maximumBytes: number
}

/**
 * Starts QuickJS with a hard limit on its memory. The limit is on the WebAssembly memory itself: the limit that
 * QuickJS offers counts only the overhead of blocks in this build, so it never strikes.
 */
export async function sandboxModule(candidateBytes: number): Promise<SandboxModule> {
  // Loaded on first use: a worker that runs no JavaScript pays nothing.
  const { newQuickJSWASMModuleFromVariant, newVariant, RELEASE_SYNC } = await import('quickjs-emscripten')
  const maximum = INITIAL_PAGES + Math.ceil(candidateBytes / PAGE_BYTES)
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum })
  const quickjs = await newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, { wasmMemory: memory }))
  return { quickjs, memory, maximumBytes: maximum * PAGE_BYTES }
}
