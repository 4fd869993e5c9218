// The benchmark's own transaction encoding, checked by an independent library.
import assert from 'node:assert/strict'
import test from 'node:test'
import { parseTransaction, recoverTransactionAddress } from 'viem'
import { devAccounts, hex, seededAccounts } from '../../../scripts/bench/accounts.js'
import { signTransaction } from '../../../scripts/bench/transaction.js'

test('the dev accounts are those of the standard mnemonic', () => {
  assert.equal(devAccounts().length, 20)
  assert.equal(hex(devAccounts()[0]!.address), '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
})

test('a seed and scope give the same accounts again, another scope gives others', () => {
  const [first] = seededAccounts('seed', 'a', 1)
  assert.deepEqual(seededAccounts('seed', 'a', 2)[0], first)
  assert.notDeepEqual(seededAccounts('seed', 'b', 1)[0], first)
})

test('signed transactions parse and recover to their sender', async () => {
  const accounts = seededAccounts('transaction.test', 'sender', 8)
  for (const [index, account] of accounts.entries()) {
    const { raw } = signTransaction(
      {
        chainId: 77000n,
        nonce: BigInt(index),
        fees: { maxFeePerGas: 7n, maxPriorityFeePerGas: 1n },
        gasLimit: 21_000n,
        to: index === 0 ? null : accounts[0]!.address,
        value: 1000n,
        data: new Uint8Array(index),
      },
      account,
    )
    const serializedTransaction = hex(raw) as `0x02${string}`
    const parsed = parseTransaction(serializedTransaction)
    assert.equal(parsed.nonce ?? 0, index)
    assert.equal(parsed.chainId, 77000)
    assert.equal((await recoverTransactionAddress({ serializedTransaction })).toLowerCase(), hex(account.address))
  }
})
