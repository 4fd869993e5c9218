// 10,000 damaged requests against the real method table over fake lanes, or against the gateway at PARALANE_FUZZ_URL.
import assert from 'node:assert/strict'
import test from 'node:test'
import { methods } from '../../src/rpc/methods.js'
import { checkedAnswers } from '../fixtures/json-rpc-check.js'
import { mutatedRequest, randomOf } from '../fixtures/mutate.js'
import { tinyGateway } from '../fixtures/tiny-gateway.js'

const seed = Number(process.env['PARALANE_FUZZ_SEED'] ?? Date.now() % 2 ** 32)
const count = Number(process.env['PARALANE_FUZZ_COUNT'] ?? 10_000)
const url = process.env['PARALANE_FUZZ_URL']

/** Operations that change a lane. */
const changes: ReadonlySet<string> = new Set(['submit', 'submitSync', 'importBlock', 'stop'])

test(`${count} mutations of valid requests: each answered as JSON-RPC, nothing changed by an error`, async (t) => {
  t.diagnostic(`PARALANE_FUZZ_SEED=${seed}`)
  const random = randomOf(seed)
  const target = url === undefined ? fakeTarget() : urlTarget(url)
  let [results, errors] = [0, 0]
  for (let i = 0; i < count; i++) {
    const text = mutatedRequest(random)
    const changesBefore = target.changes()
    const body = await target.send(text)
    try {
      const answers = checkedAnswers(text, body)
      for (const answer of answers) answer.error === undefined ? results++ : errors++
      if (answers.length > 0 && answers.every(({ error }) => error !== undefined) && !hidesNotification(text))
        assert.equal(target.changes(), changesBefore, 'an error changed the lane')
      for (const { error } of answers) assert.notEqual(error?.code, -32603, 'an internal error is a fault of ours')
    } catch (error) {
      throw new Error(`seed ${seed}, request ${i}\nsent   ${text.slice(0, 2_000)}\nanswer ${body.slice(0, 2_000)}`, { cause: error })
    }
  }
  assert.match(await target.send('{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'), /"result":"0x/)
  t.diagnostic(`${results} results, ${errors} errors`)
  assert.ok(results > count / 20 && errors > count / 5, 'the mutator must reach both sides')
  await target.close()
})

type Target = { send: (text: string) => Promise<string>; changes: () => number; close: () => Promise<void> }

function fakeTarget(): Target {
  const { server, lanes } = tinyGateway({ methods, dev: true })
  return {
    async send(text) {
      return (await server.inject({ method: 'POST', url: '/', payload: Buffer.from(text), headers: { 'content-type': 'application/json' } })).body
    },
    changes: () => lanes.reduce((sum, lane) => sum + lane.carriedOut.filter((op) => changes.has(op)).length, 0),
    close: () => server.close(),
  }
}

/** What a running gateway changed cannot be seen from outside request by request. */
function urlTarget(gateway: string): Target {
  return {
    async send(text) {
      return (await fetch(gateway, { method: 'POST', body: text, headers: { 'content-type': 'application/json' } })).text()
    },
    changes: () => 0,
    close: () => Promise.resolve(),
  }
}

/** A batch may hold a valid notification beside calls that fail. */
function hidesNotification(text: string): boolean {
  return text.startsWith('[')
}
