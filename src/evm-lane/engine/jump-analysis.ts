// Owns: what the EVM finds out about a contract's code before its first jump, kept from call to call.
// Does not own: the analysis itself (@ethereumjs/evm), the code (state/).
// Called by: evm-slot.ts. The library analyses the whole code of every frame that jumps: a tenth of a lane's time under calls between lanes.

import type { Common } from '@ethereumjs/common'
import { createEVM } from '@ethereumjs/evm'

type Analysis = object
/** The parts of the library's interpreter that are used here; a test runs them against this version. */
type Interpreter = { _evm: { _opcodeMap: object }; _env: { isCreate?: boolean }; _getValidJumpDestinations: (code: Uint8Array) => Analysis }

/** Of code, for one EVM; an analysis takes some thirty times as much. */
const codeBytesMax = 256 * 1024

/** Code that is not used for a while goes. Arrays of code are never written to, and the state keeps one per hash. */
class Analyses {
  private readonly kept = new Map<Uint8Array, Analysis>()
  private codeBytes = 0

  of(code: Uint8Array, analyse: () => Analysis): Analysis {
    const known = this.kept.get(code)
    if (known !== undefined) {
      this.kept.delete(code)
      this.kept.set(code, known)
      return known
    }
    const made = analyse()
    this.kept.set(code, made)
    this.codeBytes += code.length
    for (const oldest of this.kept.keys()) {
      if (this.codeBytes <= codeBytesMax) break
      this.kept.delete(oldest)
      this.codeBytes -= oldest.length
    }
    return made
  }
}

/** An analysis names the opcodes of the EVM that made it. */
const byEvm = new WeakMap<object, Analyses>()
let installed: Promise<void> | undefined

/** Once per thread; settles when every EVM of it keeps analyses. */
export function keepJumpAnalyses(common: Common): Promise<void> {
  installed ??= install(common)
  return installed
}

/** The library does not export its interpreter, but every execution shows the one that ran it. */
async function install(common: Common): Promise<void> {
  const evm = await createEVM({ common })
  const { runState } = await evm.runCode({ code: Uint8Array.of(0) })
  const prototype = Object.getPrototypeOf((runState as unknown as { interpreter: object }).interpreter) as Interpreter
  const analyse = prototype._getValidJumpDestinations
  prototype._getValidJumpDestinations = function (this: Interpreter, code: Uint8Array): Analysis {
    // The code of a deployment runs once.
    if (this._env.isCreate === true) return analyse.call(this, code)
    const map = this._evm._opcodeMap
    let analyses = byEvm.get(map)
    if (analyses === undefined) byEvm.set(map, (analyses = new Analyses()))
    return analyses.of(code, () => analyse.call(this, code))
  }
}
