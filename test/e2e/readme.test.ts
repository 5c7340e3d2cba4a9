import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { asset } from '../../src/demo/asset.ts'
import { FakeOpenAI } from '../models/fake-openai.ts'

const root = join(import.meta.dirname, '../..')
const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```js\n([\s\S]*?)```/g)].map(
  (match) => match[1] as string,
)

/** The README's code as a file, importing the sources rather than a build that may be old. */
function saved(code: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'readme-'))
  const file = join(directory, 'first.mjs')
  const from = (path: string) => `'${join(root, path)}'`
  writeFileSync(
    file,
    code
      .replace(`'outthink'`, from('src/index.ts'))
      .replace(`'openai'`, from('node_modules/openai/index.mjs'))
      .replace('src/demo/', asset('')),
  )
  return file
}

test('the first example of the README runs as it stands', () => {
  expect(blocks[0]).toContain('src/demo/large.gguf')
  const { status, stdout, stderr } = spawnSync(process.execPath, [saved(blocks[0] as string)], {
    encoding: 'utf8',
    timeout: 25_000,
  })
  if (/node-llama-cpp/.test(stderr)) {
    console.warn('SKIPPED: the README example: the native model cannot load here')
    return
  }
  expect(stderr).toBe('')
  expect(status).toBe(0)
  expect(stdout.match(/^(verified|exhausted) /gm)).toHaveLength(2)
})

test('the second example runs against an OpenAI-compatible server', async () => {
  await using server = await new FakeOpenAI(({ number }) => ({
    text: number < 2 ? 'long '.repeat(100) : 'Because of scattering.',
  })).start()
  const child = spawn(process.execPath, [saved(blocks[1] as string)], {
    env: { ...process.env, OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'test' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^Because of scattering\./)
  expect(stdout).toMatch(/samples: 2/)
})
