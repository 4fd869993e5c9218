// Owns: walking through the transcript of a session as one of its lanes sees it: what concerns only others is passed over.
// Called by: session-rerun.ts. @throws AppError 'block-invalid' where lane and transcript part.

import type { AppError } from '../../../errors.js'
import { equalBytes } from '../../../primitives.js'
import type { CrossCall, CrossResult, SystemRefusal, TranscriptEvent } from '../../session-protocol.js'
import { blockInvalid } from '../block-invalid.js'

export class TranscriptReader {
  /** Cross calls of the run up to here. */
  mark = 0
  private readonly events: readonly TranscriptEvent[]
  private readonly chainId: number
  private readonly number: bigint
  /** Cross calls of this lane, by number. */
  private readonly own: ReadonlySet<number>
  private at = 0

  constructor(events: readonly TranscriptEvent[], { chainId, number }: { chainId: number; number: bigint }) {
    this.events = events
    this.chainId = chainId
    this.number = number
    this.own = new Set(events.flatMap((event) => (event.kind === 'call' && event.call.from.chainId === chainId ? [event.mark] : [])))
    const first = events.find((event) => event.kind === 'call')
    if (first?.kind === 'call') this.mark = first.mark - 1
  }

  /** The next event that this lane has to act on, or the return it waits for. */
  nextOrEnd(): TranscriptEvent | undefined {
    for (;;) {
      const event = this.events[this.at]
      if (event === undefined) return undefined
      this.at++
      if (event.kind === 'call') this.mark = event.mark
      if (this.concerns(event)) return event
    }
  }

  next(): TranscriptEvent {
    const event = this.nextOrEnd()
    if (event === undefined) throw this.parted('the transcript ends while the lane waits for an answer')
    return event
  }

  /** This lane calls another: the transcript has that very call, or its refusal, next. */
  asked(call: CrossCall): { kind: 'call'; mark: number } | { kind: 'refused'; result: CrossResult } {
    const event = this.events[this.at++]
    if (event?.kind === 'refused' && event.from === this.chainId && event.to === call.to.chainId) {
      return { kind: 'refused', result: { kind: 'refused', refusal: event.refusal, mark: this.mark } }
    }
    if (event?.kind !== 'call' || !sameCall(event.call, call)) throw this.parted('the lane calls otherwise than the transcript says')
    this.mark = event.mark
    return { kind: 'call', mark: event.mark }
  }

  /** A frame of this lane failed. */
  undone(mark: number): void {
    const event = this.events[this.at]
    if (event?.kind !== 'undo' || event.chainId !== this.chainId || event.mark !== mark)
      throw this.parted('a frame fails that did not in the transcript')
    this.at++
  }

  /** This lane answered the call `mark`. */
  returned(mark: number, result: CrossResult): void {
    const event = this.events[this.at++]
    if (event?.kind !== 'return' || event.mark !== mark || !sameResult(event.result, result))
      throw this.parted('the lane answers otherwise than the transcript says')
  }

  private concerns(event: TranscriptEvent): boolean {
    switch (event.kind) {
      case 'transaction':
        return event.part.chainId === this.chainId
      case 'delivery':
      case 'call':
        return event.call.to.chainId === this.chainId
      case 'undo':
        return event.chainId !== this.chainId
      case 'return':
        return this.own.has(event.mark)
      case 'refused':
      case 'end':
        return false
    }
  }

  private parted(reason: string): AppError {
    return blockInvalid(this.number, reason)
  }
}

function sameCall(a: CrossCall, b: CrossCall): boolean {
  return (
    a.to.chainId === b.to.chainId &&
    equalBytes(a.to.account, b.to.account) &&
    equalBytes(a.from.account, b.from.account) &&
    a.value === b.value &&
    a.gas === b.gas &&
    a.isStatic === b.isStatic &&
    a.depth === b.depth &&
    a.gasPrice === b.gasPrice &&
    equalBytes(a.origin, b.origin) &&
    equalBytes(a.data, b.data)
  )
}

function sameResult(a: CrossResult, b: CrossResult): boolean {
  if (a.kind === 'done' && b.kind === 'done') {
    return a.success === b.success && a.gasUsed === b.gasUsed && a.gasRefund === b.gasRefund && equalBytes(a.returnData, b.returnData)
  }
  if (a.kind === 'refused' && b.kind === 'refused') return sameRefusal(a.refusal, b.refusal)
  return a.kind === b.kind
}

function sameRefusal(a: SystemRefusal, b: SystemRefusal): boolean {
  switch (a.error) {
    case 'LaneUnknown':
    case 'LaneUnavailable':
      return b.error === a.error && a.chainId === b.chainId
    case 'SessionLimit':
      return b.error === a.error && a.which === b.which
    case 'SessionConflict':
      return b.error === a.error
  }
}
