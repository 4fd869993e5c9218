import { AppError } from '../../errors.js'
import type { Handlers } from '../protocol.js'
import type { HandlerParts } from './handlers.js'

type SimulateOps = 'call' | 'estimateGas' | 'createAccessList' | 'fillTransaction' | 'fees' | 'feeHistory' | 'forkConfig'

export function simulateHandlers(_h: HandlerParts): Pick<Handlers, SimulateOps> {
  const no = (): never => {
    throw new AppError('unsupported', 'coming in the next commit')
  }
  return { call: no, estimateGas: no, createAccessList: no, fillTransaction: no, fees: no, feeHistory: no, forkConfig: no }
}
