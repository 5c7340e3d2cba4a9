import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { openTiny, tinyFile } from './llama-tiny.ts'

const folder = await mkdtemp(join(tmpdir(), 'outthink-llama-'))
const here = await openTiny({ parallel: 1 })
const native = test.skipIf(here instanceof Error)

afterEach(() => {
  vi.doUnmock('node-llama-cpp')
  vi.resetModules()
})

afterAll(async () => {
  if (!(here instanceof Error)) await here.close()
  await rm(folder, { recursive: true })
})

async function opening(file: string, options: Record<string, number> = {}): Promise<unknown> {
  const { LlamaModel } = await import('../../src/models/llama.ts')
  return LlamaModel.open({ file, ...options }).catch((cause: unknown) => cause)
}

test('without the package the error says which one to install', async () => {
  vi.resetModules()
  vi.doMock('node-llama-cpp', () => {
    throw new Error("Cannot find package 'node-llama-cpp'")
  })
  expect(await opening(tinyFile)).toMatchObject({
    code: 'package-missing',
    message: 'the package node-llama-cpp is not installed',
    advice: expect.stringContaining('npm install node-llama-cpp@') as string,
  })
})

test('without a binary for this machine the error says so', async () => {
  vi.resetModules()
  vi.doMock('node-llama-cpp', () => ({
    LlamaLogLevel: { error: 'error' },
    getLlama: () => Promise.reject(new Error('NoBinaryFoundError')),
  }))
  expect(await opening(tinyFile)).toMatchObject({
    code: 'package-missing',
    message: 'node-llama-cpp has no binary for this machine',
  })
})

native('a file that is not there, a folder, and what is no model are told apart', async () => {
  const text = join(folder, 'text.gguf')
  await writeFile(text, 'not a model')
  const messages = {
    [join(folder, 'absent.gguf')]: /^there is no model file .*absent\.gguf$/,
    [folder]: /is not a file$/,
    [text]: /text\.gguf is not a model that llama\.cpp can load: /,
  }
  for (const [file, message] of Object.entries(messages)) {
    const fault = await opening(file)
    expect(fault).toMatchObject({ code: 'bad-argument' })
    expect(fault).toHaveProperty('message', expect.stringMatching(message))
  }
})

native('options out of range are named', async () => {
  for (const name of ['parallel', 'contextSize', 'threads']) {
    expect(await opening(tinyFile, { [name]: 0 })).toMatchObject({
      code: 'bad-argument',
      message: `${name} is 0`,
    })
  }
})
