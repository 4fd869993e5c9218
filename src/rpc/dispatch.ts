// Owns: one parsed message → its answer text. Never throws, never rejects, whatever the message holds.
// Does not own: parsing (envelope.ts), a single call (call.ts), how a batch runs (batch.ts).
// Called by: http.ts, ws-connection.ts.

import { answerBatch } from './batch.js'
import { answerCall, type Answer, type Dispatcher, type Observe, type Origin } from './call.js'
import type { Message } from './envelope.js'
import type { GatewayContext, MethodRow } from './method.js'

export function createDispatcher(context: GatewayContext, methods: Record<string, MethodRow>, observe: Observe): Dispatcher {
  return { context, methods: new Map(Object.entries(methods)), observe }
}

export function answer(dispatcher: Dispatcher, message: Message, origin: Origin): Answer {
  switch (message.kind) {
    case 'single':
      return answerCall(dispatcher, message.call, origin)
    case 'batch':
      return answerBatch(dispatcher, message.calls, origin)
    case 'refused':
      return message.answer
  }
}
