// Owns: running the calls of one batch: several at a time, answers in order, bounded in size.
// Does not own: a single call (call.ts), the limit on the number of calls (envelope.ts).
// Called by: dispatch.ts.

import { answerCall, availableRow, type Answer, type Dispatcher, type Origin } from './call.js'
import { errorText, responseTooLarge, type Call } from './envelope.js'

/** Calls of one phase may run side by side; the next phase starts when they are done, so that a read sees the writes before it. */
type Phase = 'read' | 'write' | 'alone'

export function answerBatch(dispatcher: Dispatcher, calls: Call[], origin: Origin): Answer {
  const { batchConcurrency, batchResponseBytesMax } = dispatcher.context.limits
  const answers = new Array<string>(calls.length)
  let next = 0
  let running = 0
  let bytes = 0
  let phase: Phase = 'read'
  let finish: ((text: string) => void) | null = null

  const store = (index: number, text: string): void => {
    bytes += text.length
    answers[index] = text
  }
  const start = (index: number): void => {
    const call = calls[index]!
    // As geth: once the bound is passed every later call is answered with the error and not run.
    if (bytes > batchResponseBytesMax) return store(index, call.id === '' ? '' : errorText(call.id, responseTooLarge))
    const answer = answerCall(dispatcher, call, origin)
    if (typeof answer === 'string') return store(index, answer)
    running++
    void answer.then((text) => {
      running--
      store(index, bytes > batchResponseBytesMax && call.id !== '' ? errorText(call.id, responseTooLarge) : text)
      pump()
    })
  }
  const pump = (): void => {
    while (next < calls.length && running < batchConcurrency) {
      const wanted = phaseOf(dispatcher, calls[next]!)
      if (running > 0 && (wanted !== phase || wanted === 'alone')) return
      phase = wanted
      start(next++)
    }
    if (next === calls.length && running === 0) finish?.(joined(answers))
  }

  pump()
  if (running === 0) return joined(answers)
  return new Promise((resolve) => (finish = resolve))
}

function phaseOf(dispatcher: Dispatcher, call: Call): Phase {
  const route = availableRow(dispatcher, call.method)?.route
  // Development methods change clock, state and mining: their order in the batch is their meaning.
  if (route === 'dev') return 'alone'
  return route === 'lane-write' || route === 'hyper-write' ? 'write' : 'read'
}

/** Notifications have no answer; a batch of nothing else has none at all. */
function joined(answers: string[]): string {
  const present = answers.filter((text) => text !== '')
  return present.length === 0 ? '' : `[${present.join(',')}]`
}
