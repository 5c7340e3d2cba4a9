#!/usr/bin/env bash
# The package as it would be published: packed, installed into an empty folder without its optional peer, imported
# and run there.
set -euo pipefail
project=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$project"
npm pack --silent --pack-destination "$folder" >/dev/null
node=$(npm exec -c 'node -p process.execPath')
cd "$folder"
echo '{"name":"stranger","private":true,"type":"module"}' > package.json
npm install --silent --no-fund --no-audit --omit=peer ./outthink-*.tgz
cat > stranger.js <<'JS'
import { bestOfN, Engine, FunctionModel, VerifierPool } from 'outthink'
await using pool = new VerifierPool()
const model = new FunctionModel(async () => '3 * 8 = 24')
const engine = new Engine({ models: [model], budget: { tokens: 20000 }, strategy: bestOfN(), checker: await pool.checker({ name: 'countdown' }) })
const result = await engine.solve({ id: 'a', messages: [{ role: 'user', content: 'Make 24 from 3 8.' }] })
if (result.status !== 'verified') throw new Error(JSON.stringify(result))
const math = await pool.checker({ name: 'math' })
const verdict = await math.check({ candidate: { text: 'It is \\boxed{\\frac12}.', finish: 'stop' }, messages: [], reference: '0.5' })
if (verdict.score !== 1) throw new Error(JSON.stringify(verdict))
JS
"$node" stranger.js
"$node" node_modules/outthink/dist/src/cli/main.js demo --prompts 5 --json >/dev/null
