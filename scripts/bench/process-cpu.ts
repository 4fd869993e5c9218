// CPU time of other processes, all their threads together or each, and of the whole machine, as Linux counts it in /proc.
import { readdirSync, readFileSync } from 'node:fs'

/** USER_HZ, the unit of /proc/<pid>/stat: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100
const UTIME_FIELD = 14
const STIME_FIELD = 15

/** Microseconds of user and system time of the processes so far; null when none is known or one is gone. */
export function cpuTimeUs(pids: readonly number[]): number | null {
  if (pids.length === 0) return null
  let ticks = 0
  for (const pid of pids) {
    const own = cpuTicks(pid)
    if (own === null) return null
    ticks += own
  }
  return (ticks * 1_000_000) / TICKS_PER_SECOND
}

/** CPU time of each thread of a process so far, milliseconds. @throws Error when the process is gone, or without /proc. */
export function threadTimesMs(pid: number): Map<number, number> {
  const folder = `/proc/${pid}/task`
  const time = (thread: string): number => Number(readFileSync(`${folder}/${thread}/schedstat`, 'latin1').split(' ')[0]) / 1_000_000
  return new Map(readdirSync(folder).map((thread) => [Number(thread), time(thread)]))
}

/** CPU time of everything on the machine so far, microseconds; null on a system without /proc. */
export function machineCpuUs(): number | null {
  let line: string
  try {
    line = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]!
  } catch {
    return null
  }
  // cpu user nice system idle iowait irq softirq steal; what a guest used is in user and nice already.
  const [user, nice, system, , , irq, softirq, steal] = line.split(/\s+/).slice(1).map(Number) as number[]
  return ((user! + nice! + system! + irq! + softirq! + steal!) * 1_000_000) / TICKS_PER_SECOND
}

function cpuTicks(pid: number): number | null {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return null // no such process, or a system without /proc: the report says "-"
  }
  // The second field is the command in parentheses and may hold spaces; the third follows the last ")".
  const fromThird = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fromThird[UTIME_FIELD - 3]) + Number(fromThird[STIME_FIELD - 3])
}
