// The parent's side of the load generator: owns the child process and runs one job at a time in it.
// Does not build requests. Created once by main.ts, so that the child's code is warm after the first job.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { FromChild, Job, JobResult, ToChild } from './job.js'

const CHILD_FILE = fileURLToPath(new URL('./generator-child.js', import.meta.url))

export class Generator {
  private readonly child: ChildProcess

  constructor() {
    this.child = fork(CHILD_FILE, [], { serialization: 'advanced', execArgv: [] })
  }

  get pid(): number {
    return this.child.pid ?? NaN
  }

  /** Loads and connects, calls `onStart` right before the clock starts, then plays the job to its end. */
  async run(job: Job, onStart: () => void): Promise<JobResult> {
    const ready = await this.ask({ kind: 'load', job })
    if (ready.kind !== 'ready') throw new Error(`load generator: ${describe(ready)}`)
    onStart()
    const done = await this.ask({ kind: 'go' })
    if (done.kind !== 'done') throw new Error(`load generator: ${describe(done)}`)
    return done.result
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null) return
    const exited = once(this.child, 'exit')
    this.child.disconnect()
    await exited
  }

  private ask(message: ToChild): Promise<FromChild> {
    return new Promise((resolve, reject) => {
      const onMessage = (answer: unknown) => {
        this.child.off('exit', onExit)
        resolve(answer as FromChild)
      }
      const onExit = () => {
        this.child.off('message', onMessage)
        reject(new Error('the load generator process died'))
      }
      this.child.once('message', onMessage)
      this.child.once('exit', onExit)
      this.child.send(message)
    })
  }
}

function describe(message: FromChild): string {
  return message.kind === 'failed' ? message.message : `unexpected ${message.kind}`
}
