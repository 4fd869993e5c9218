// Owns: running one `paralane` command to its end.
// Called by: tests of the process that are not about a listening gateway.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mainFile } from '../root.js'

export type Ended = { code: number | null; stdout: string; stderr: string }
export type Running = { child: ChildProcess; ended: Promise<Ended> }

export function paralane(...args: string[]): Running {
  const child = spawn(process.execPath, [mainFile, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8')
    child[name].on('data', (chunk: string) => (texts[name] += chunk))
  }
  // A test run that dies must not leave a process behind.
  const killOnExit = (): boolean => child.kill('SIGKILL')
  process.once('exit', killOnExit)
  const ended = once(child, 'close').then(() => {
    process.removeListener('exit', killOnExit)
    return { code: child.exitCode, ...texts }
  })
  return { child, ended }
}
