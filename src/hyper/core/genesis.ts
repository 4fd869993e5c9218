// Owns: what a genesis document must be, its JSON form for people, and the roster that follows from it.
// Does not own: its canonical bytes and hash (hyper-codec.ts).
// Called by: the hyper shell (writes it), the ledger, the verifier (trusts it).

import type { Crypto, Validator, ValidatorSet } from '../../buddy/core/types.js'
import { keyOf } from '../../codec/bytes.js'
import type { Bytes } from '../../codec/bytes.js'
import { hexOf } from '../../codec/hex.js'
import { genesisHashOf } from './hyper-codec.js'
import type { GenesisLane, HyperGenesis, HyperParams, Roster } from './hyper-types.js'
import { arrayAt, bytesAt, fieldsOf, integerAt, JsonMistake, textAt, wholeAt } from './json-fields.js'
import * as limits from './hyper-limits.js'

export function rosterOfGenesis(genesis: HyperGenesis): Roster {
  return { lanes: genesis.lanes, sets: [{ from: 1n, set: genesis.set }], nonce: 0n }
}

/** Why it cannot be a genesis; null when it can. */
export function genesisMistake(genesis: HyperGenesis): string | null {
  const { lanes, set } = genesis
  if (lanes.some(({ chainId }, i) => i > 0 && chainId <= (lanes[i - 1] as GenesisLane).chainId))
    return 'lanes are not in the order of their chain ids'
  return lanes.length > limits.lanesMax ? `${lanes.length} lanes` : setMistake(set)
}

export function setMistake(set: ValidatorSet): string | null {
  if (set.length === 0 || set.length > limits.validatorsMax) return `a set of ${set.length} Buddies`
  if (set.some(({ weight }) => weight <= 0n)) return 'a Buddy without weight'
  return new Set(set.map(({ key }) => keyOf(key))).size === set.length ? null : 'two Buddies with one key'
}

/** For files and RPC; `hash` is there to be compared by people and is checked by `genesisFromJson`. */
export function genesisToJson(crypto: Pick<Crypto, 'hash'>, genesis: HyperGenesis): Record<string, unknown> {
  const { version, timestampMs, lanes, set, params } = genesis
  return {
    version,
    hash: hexOf(genesisHashOf(crypto, genesis)),
    timestampMs: Number(timestampMs),
    lanes: lanes.map((lane) => ({
      ...lane,
      genesisHash: hexOf(lane.genesisHash),
      stateRoot: hexOf(lane.stateRoot),
      configHash: hexOf(lane.configHash),
      supply: lane.supply.toString(),
    })),
    set: set.map(({ key, weight }) => ({ key: hexOf(key), weight: weight.toString() })),
    params: { ...params, adminKey: params.adminKey === null ? null : hexOf(params.adminKey) },
  }
}

/** @throws JsonMistake, whose message says what is wrong. */
export function genesisFromJson(crypto: Pick<Crypto, 'hash'>, json: unknown): HyperGenesis {
  const fields = fieldsOf(json, 'genesis')
  if (fields['version'] !== 1) throw new JsonMistake('genesis.version: only version 1 is known')
  const genesis: HyperGenesis = {
    version: 1,
    timestampMs: BigInt(wholeAt(fields, 'timestampMs')),
    lanes: arrayAt(fields, 'lanes', limits.lanesMax).map(laneFromJson),
    set: arrayAt(fields, 'set', limits.validatorsMax).map(validatorFromJson),
    params: paramsFromJson(fields['params']),
  }
  const mistake = genesisMistake(genesis)
  if (mistake !== null) throw new JsonMistake(`genesis: ${mistake}`)
  const hash = hexOf(genesisHashOf(crypto, genesis))
  if (fields['hash'] !== undefined && fields['hash'] !== hash) {
    throw new JsonMistake(`genesis.hash: the document hashes to ${hash}, but says ${String(fields['hash'])}`)
  }
  return genesis
}

function laneFromJson(json: unknown): GenesisLane {
  const fields = fieldsOf(json, 'lane')
  return {
    chainId: wholeAt(fields, 'chainId'),
    name: textAt(fields, 'name', limits.nameLengthMax),
    genesisHash: bytesAt(fields, 'genesisHash', 32),
    stateRoot: bytesAt(fields, 'stateRoot', 32),
    configHash: bytesAt(fields, 'configHash', 32),
    currency: textAt(fields, 'currency', limits.nameLengthMax),
    supply: integerAt(fields, 'supply', 32),
  }
}

function validatorFromJson(json: unknown): Validator {
  const fields = fieldsOf(json, 'validator')
  const key = bytesAt(fields, 'key', null)
  if (key.length > limits.keyBytesMax) throw new JsonMistake(`key: ${key.length} bytes`)
  return { key, weight: integerAt(fields, 'weight', 8) }
}

function paramsFromJson(json: unknown): HyperParams {
  const fields = fieldsOf(json, 'params')
  const millis = (name: string): number => {
    const value = wholeAt(fields, name)
    if (value > 0xffff_ffff) throw new JsonMistake(`params.${name}: ${value} is too much`)
    return value
  }
  const adminKey: Bytes | null = fields['adminKey'] === null ? null : bytesAt(fields, 'adminKey', null)
  if (adminKey !== null && adminKey.length > limits.keyBytesMax) throw new JsonMistake(`params.adminKey: ${adminKey.length} bytes`)
  return { periodMs: millis('periodMs'), censorMs: millis('censorMs'), driftMs: millis('driftMs'), adminKey }
}
