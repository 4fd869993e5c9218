// Runs one row of the method table the way the dispatcher does: decode, call, wire. Names and codes come back, never a throw.

import { methods } from '../../../src/rpc/methods.js'
import { toRpcError } from '../../../src/rpc/errors.js'
import type { RpcErrorObject } from '../../../src/rpc/errors.js'
import type { CallContext } from '../../../src/rpc/method.js'

export type Outcome = { result: unknown } | { error: RpcErrorObject }

export async function invoke(ctx: CallContext, method: string, ...params: unknown[]): Promise<Outcome> {
  const row = methods[method]
  if (row === undefined) throw new Error(`no such method: ${method}`)
  try {
    const decoded = row.params.map((codec, i) => (params[i] === undefined || params[i] === null ? undefined : codec.decode(params[i])))
    const result: unknown = await row.handler(ctx, ...(decoded as never[]))
    return { result: JSON.parse(JSON.stringify(result ?? null)) as unknown }
  } catch (error) {
    return { error: toRpcError(error) }
  }
}

/** The result. @throws where the method answered an error. */
export async function resultOf(ctx: CallContext, method: string, ...params: unknown[]): Promise<unknown> {
  const outcome = await invoke(ctx, method, ...params)
  if ('error' in outcome) throw new Error(`${method}: ${outcome.error.code} ${outcome.error.message}`)
  return outcome.result
}

/** The error. @throws where the method answered a result. */
export async function errorOf(ctx: CallContext, method: string, ...params: unknown[]): Promise<RpcErrorObject> {
  const outcome = await invoke(ctx, method, ...params)
  if ('result' in outcome) throw new Error(`${method}: answered ${JSON.stringify(outcome.result)}`)
  return outcome.error
}
