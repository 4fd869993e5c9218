// Self time of a CPU profile, by package or file: a sample lasts until the next one, idle time is no work.
import assert from 'node:assert/strict'
import test from 'node:test'
import { summarizeProfile, type CpuProfile } from '../../../scripts/bench/profile-summary.js'

const node = (id: number, functionName: string, url = '') => ({ id, callFrame: { functionName, url, lineNumber: 0 } })

const profile: CpuProfile = {
  nodes: [
    node(1, '(idle)'),
    node(2, 'runCode', 'file:///x/node_modules/a/node_modules/@ethereumjs/evm/dist/esm/interpreter.js'),
    node(3, 'submit', 'file:///x/dist/src/rpc/dispatch.js'),
    node(4, '(garbage collector)'),
    node(5, 'step', 'file:///x/node_modules/@ethereumjs/evm/dist/esm/evm.js'),
  ],
  startTime: 1,
  samples: [1, 2, 3, 4, 5],
  timeDeltas: [999, 50, 10, 5, 7],
}

test('self time is summed by package and by own file', () => {
  const { workUs, idleUs, byPlace } = summarizeProfile([{ ...profile, samples: [...profile.samples, 1], timeDeltas: [...profile.timeDeltas, 20] }])
  assert.equal(idleUs, 50)
  assert.equal(workUs, 10 + 5 + 7 + 20)
  assert.deepEqual(byPlace, [
    { name: '@ethereumjs/evm', us: 30 },
    { name: '(garbage collector)', us: 7 },
    { name: 'src/rpc/dispatch.js', us: 5 },
  ])
})

test('only samples within a window count', () => {
  // The samples are at 1000, 1050, 1060, 1065 and 1072.
  const { workUs, idleUs } = summarizeProfile(
    [profile, profile],
    [
      [1050, 1061],
      [1072, 9999],
    ],
  )
  assert.deepEqual([workUs, idleUs], [2 * (10 + 5), 0])
})
