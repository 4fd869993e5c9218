// Owns: the JSON of what lanes began as, both ways.
// Does not own: the block 0 that follows from it (the lane's engine), its form in the data folder (config/lane-record.ts).
// Called by: rpc/handlers/feed.ts, gateway-feed.ts.

import type { GenesisAccount, GenesisSource } from '../../evm-lane/lane-spec.js'
import { toHex } from '../../primitives.js'
import type { FeedLane } from './feed.js'
import { bigintOf, bytesOf, fieldsOf, invalid, listOf, numberOf, orNull, textOf } from './json-read.js'

type Json = Record<string, unknown>

const quantity = (value: bigint | number): string => `0x${value.toString(16)}`

export function laneToJson({ chainId, name, genesis, head }: FeedLane): Json {
  return { chainId: quantity(chainId), name, genesis: sourceToJson(genesis), head: quantity(head) }
}

/** @throws AppError 'gateway-invalid'. */
export function laneFromJson(json: unknown): FeedLane {
  const fields = fieldsOf(json, 'a lane')
  return {
    chainId: numberOf(fields['chainId'], 'chainId'),
    name: textOf(fields['name'], 'name'),
    genesis: sourceFromJson(fields['genesis']),
    head: bigintOf(fields['head'], 'head'),
  }
}

function sourceToJson(source: GenesisSource): Json {
  if (source.kind === 'geth') return source
  const { kind, hardfork, timestamp, baseFeePerGas, alloc } = source
  return { kind, hardfork, timestamp: quantity(timestamp), baseFeePerGas: quantity(baseFeePerGas), alloc: alloc.map(accountToJson) }
}

function sourceFromJson(json: unknown): GenesisSource {
  const fields = fieldsOf(json, 'genesis')
  if (fields['kind'] === 'geth') return { kind: 'geth', json: textOf(fields['json'], 'genesis.json') }
  if (fields['kind'] !== 'default') throw invalid('a genesis of an unknown kind')
  return {
    kind: 'default',
    hardfork: orNull(fields['hardfork'], (name) => textOf(name, 'hardfork')),
    timestamp: bigintOf(fields['timestamp'], 'timestamp'),
    baseFeePerGas: bigintOf(fields['baseFeePerGas'], 'baseFeePerGas'),
    alloc: listOf(fields['alloc'], 'alloc', accountFromJson),
  }
}

function accountToJson({ address, balance, nonce, code, storage }: GenesisAccount): Json {
  return {
    address: toHex(address),
    balance: quantity(balance),
    nonce: quantity(nonce),
    code: toHex(code),
    storage: storage.map(({ slot, value }) => [toHex(slot), toHex(value)]),
  }
}

function accountFromJson(json: unknown): GenesisAccount {
  const fields = fieldsOf(json, 'an account')
  return {
    address: bytesOf(fields['address'], 'address', 20),
    balance: bigintOf(fields['balance'], 'balance'),
    nonce: bigintOf(fields['nonce'], 'nonce'),
    code: bytesOf(fields['code'], 'code'),
    storage: listOf(fields['storage'], 'storage', (entry) => {
      const [slot, value] = listOf(entry, 'a slot', (item) => item)
      return { slot: bytesOf(slot, 'slot', 32), value: bytesOf(value, 'value', 32) }
    }),
  }
}
