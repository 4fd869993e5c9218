// Owns: walking through the transcript of a session as one of its lanes sees it: what concerns only others is passed over.
// Called by: replay.ts. @throws AppError 'block-invalid' where lane and transcript part.

import { AppError } from '../../../errors.js'
import { equalBytes } from '../../../primitives.js'
import type { CrossCall, CrossResult, TranscriptEvent } from '../../session-protocol.js'

export class TranscriptReader {
  /** Cross calls of the run up to here. */
  mark = 0
  private readonly events: readonly TranscriptEvent[]
  private readonly chainId: number
  private at = 0

  constructor(events: readonly TranscriptEvent[], chainId: number) {
    this.events = events
    this.chainId = chainId
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
    if (event === undefined) throw parted('the transcript ends while the lane waits for an answer')
    return event
  }

  /** This lane calls another: the transcript has that very call, or its refusal, next. */
  asked(call: CrossCall): { kind: 'call'; mark: number } | { kind: 'refused'; result: CrossResult } {
    const event = this.events[this.at++]
    if (event?.kind === 'refused' && event.from === this.chainId && event.to === call.to.chainId) {
      return { kind: 'refused', result: { kind: 'refused', refusal: event.refusal, mark: this.mark } }
    }
    if (event?.kind !== 'call' || !sameCall(event.call, call)) throw parted('the lane calls otherwise than the transcript says')
    this.mark = event.mark
    return { kind: 'call', mark: event.mark }
  }

  /** A frame of this lane failed. */
  undone(mark: number): void {
    const event = this.events[this.at]
    if (event?.kind !== 'undo' || event.chainId !== this.chainId || event.mark !== mark) throw parted('a frame fails that did not in the transcript')
    this.at++
  }

  /** This lane answered the call `mark`. */
  returned(mark: number, result: CrossResult): void {
    const event = this.events[this.at++]
    if (event?.kind !== 'return' || event.mark !== mark || !sameResult(event.result, result))
      throw parted('the lane answers otherwise than the transcript says')
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
        return this.isOwn(event.mark)
      case 'refused':
      case 'end':
        return false
    }
  }

  private isOwn(mark: number): boolean {
    return this.events.some((event) => event.kind === 'call' && event.mark === mark && event.call.from.chainId === this.chainId)
  }
}

function parted(message: string): AppError {
  return new AppError('block-invalid', message)
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
    equalBytes(a.data, b.data)
  )
}

function sameResult(a: CrossResult, b: CrossResult): boolean {
  if (a.kind === 'done' && b.kind === 'done') return a.success === b.success && a.gasUsed === b.gasUsed && equalBytes(a.returnData, b.returnData)
  return a.kind === b.kind
}
