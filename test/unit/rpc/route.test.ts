import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '../../../src/errors.js'
import { laneKey, laneOfRequest, routeOf } from '../../../src/rpc/route.js'
import { directoryOf, FakeLane } from '../../fixtures/fake-lane.js'

const fast = new FakeLane(77000, 'fast')
const slow = new FakeLane(77001, 'slow')
const lanes = directoryOf([fast, slow])

test('a path names a lane by chain id or name, also as eRPC spells it', () => {
  const rows: [string, string | null][] = [
    ['/', null],
    ['', null],
    ['/77001', '77001'],
    ['/77001/', '77001'],
    ['/slow', 'slow'],
    ['/main/evm/77001', '77001'],
    ['/any/evm/slow/', 'slow'],
    ['/a%20b', 'a b'],
    ['/%zz', '%zz'],
    ['/main/svm/77001', 'main/svm/77001'],
    ['/a/b', 'a/b'],
    ['//', ''],
  ]
  for (const [path, key] of rows) assert.equal(laneKey(path), key, path)
})

test('the root is the default lane, where networkId may choose another', () => {
  const root = routeOf(lanes, '/')
  assert.equal(root.lane, fast)
  assert.equal(laneOfRequest(lanes, root, undefined), fast)
  assert.equal(laneOfRequest(lanes, root, null), fast)
  assert.equal(laneOfRequest(lanes, root, 'evm:77001'), slow)
  assert.equal(laneOfRequest(lanes, root, 'evm:slow'), slow)
})

test('a lane that does not exist is an error that lists those that do', () => {
  const isUnknown = (error: unknown): boolean => {
    assert.ok(error instanceof AppError && error.code === 'unknown-lane')
    assert.match(error.message, /77000 \(fast\), 77001 \(slow\)/)
    assert.deepEqual(error.data, {
      lanes: [
        { chainId: 77000, name: 'fast' },
        { chainId: 77001, name: 'slow' },
      ],
    })
    return true
  }
  assert.throws(() => routeOf(lanes, '/1'), isUnknown)
  for (const networkId of ['evm:1', '77001', 'evm:', 77001, {}, true])
    assert.throws(() => laneOfRequest(lanes, routeOf(lanes, '/'), networkId), isUnknown)
})

test('a URL that names a lane cannot be overruled by networkId', () => {
  const route = routeOf(lanes, '/fast')
  assert.equal(laneOfRequest(lanes, route, 'evm:77000'), fast)
  assert.throws(
    () => laneOfRequest(lanes, route, 'evm:77001'),
    (error) => error instanceof AppError && error.code === 'invalid-params',
  )
})
