// A core of its own for the busiest thread of a server, as each lane has where there are cores enough; everything else shares the other cores.
// Owns finding the thread and telling the kernel (taskset of util-linux).
// Called by: third-lane.ts.
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { threadTimesMs } from './process-cpu.js'

/** A thread that does less than this, as a share of one core, is not what bounds the load. */
const BUSY_MIN = 0.5

/** `server`: whose threads are looked at while `busy` runs. `others`: processes that keep off the core too. Answers how to undo it. @throws Error without a busy thread or a second core. */
export async function giveOwnCore(server: number, others: readonly number[], busy: () => Promise<void>): Promise<() => void> {
  const last = cpus().length - 1
  if (last < 1) throw new Error('a core of its own needs a second one')
  const [before, begunMs] = [threadTimesMs(server), performance.now()]
  await busy()
  const elapsedMs = performance.now() - begunMs
  const used = [...threadTimesMs(server)].map(([thread, ms]) => ({ thread, share: (ms - (before.get(thread) ?? ms)) / elapsedMs }))
  const [busiest] = used.sort((a, b) => b.share - a.share)
  if (busiest === undefined || busiest.share < BUSY_MIN) throw new Error(`no thread of process ${server} is busy`)
  const processes = [server, ...others]
  for (const pid of processes) place(`0-${last - 1}`, pid, { allThreads: true })
  place(`${last}`, busiest.thread, { allThreads: false })
  return () => {
    for (const pid of processes) place(`0-${last}`, pid, { allThreads: true })
  }
}

function place(cores: string, id: number, { allThreads }: { allThreads: boolean }): void {
  execFileSync('taskset', [...(allThreads ? ['--all-tasks'] : []), '--cpu-list', '--pid', cores, String(id)], { stdio: 'ignore' })
}
