// Owns: the command line: commands, flags, help; the only file that imports commander.
// Does not own: what a flag means (config/options.ts, config/schema.ts) or what a command does.
// Called by: main.ts.

import { Command, Option as Flag } from 'commander'
import { flagOf, options, parseOption } from '../config/options.js'
import { buddyOptions } from '../config/buddy-options.js'
import { buddySchema } from '../config/buddy-schema.js'
import { configSchema } from '../config/schema.js'
import { version } from '../process/version.js'
import type { BuddyChangeOptions } from './buddy-change.js'
import type { LaneAddOptions } from './lane-add.js'
import type { ImportOptions } from './lane-import.js'
import type { InitOptions } from './lane-init.js'
import { listLanes } from './lane-list.js'
import type { VerifyOptions } from './verify.js'

/** `finish` gets the exit code of the command that ran. Commands are loaded when they run: what they import takes a second. */
export function createProgram(finish: (code: number) => void): Command {
  const program = new Command('paralane').description('Many EVM chains in parallel behind one Ethereum JSON-RPC gateway.').version(version)
  program.addCommand(startCommand(finish))
  program
    .command('keygen')
    .description('make the key of a Buddy, or read the one there is, and print its public half')
    .option('--out <file>', 'the key file, which its owner alone may read (default ./buddy-key.pem)')
    .option('--onchain', 'also the secp256k1 key by which contracts check Seals (onchainSeals), and print its address')
    .action(async (given: { out?: string; onchain?: boolean }) => {
      const { keygen } = await import('./keygen.js')
      finish(await keygen(given))
    })
  program.addCommand(laneCommand(finish))
  program
    .command('verify')
    .description('prove Hyper Blocks, and what is in them, by what a server tells; only the genesis file or the hash is trusted')
    .requiredOption('--rpc <url>', 'the server')
    .option('--genesis <file>', 'genesis document of the network, as hyper_genesis answers it; from somebody who is trusted')
    .option('--trusted-hash <hash>', 'hash of a Hyper Block that is trusted, instead of a genesis document')
    .option('--lane <lane>', 'chain id (or name in the genesis document): prove its newest sealed block')
    .option('--block <number>', 'this block of the lane instead of the newest')
    .option('--account <address>', 'prove balance, nonce and code hash of an account of the lane')
    .option('--slot <slots...>', 'prove storage slots of the account too')
    .option('--all', 'look at every Seal, not only at the last one of each set of Buddies')
    .option('--replay', 'execute everything again from the genesis on, compare it with what is sealed and what the server has, and name what differs')
    .option('--work <folder>', 'where --replay keeps its lanes; a folder that is kept (default: one that is removed)')
    .action(async (given: VerifyOptions) => {
      const { verify } = await import('./verify.js')
      finish(await verify(given))
    })
  program.addCommand(buddyCommand(finish))
  return program
}

function laneCommand(finish: (code: number) => void): Command {
  const lane = new Command('lane').description('lanes of the data folder')
  const dataDir = ['--data-dir <folder>', 'folder for everything durable (default ./.paralane)'] as const
  lane
    .command('init')
    .description('begin a lane from a geth genesis.json; the next start serves it')
    .requiredOption('--genesis <file>', 'geth genesis.json')
    .requiredOption('--name <name>', 'short name of the lane')
    .option(...dataDir)
    .action(async (given: InitOptions) => {
      const { initLane } = await import('./lane-init.js')
      finish(await initLane(given))
    })
  lane
    .command('import')
    .description('append the blocks of a file (RLP, as geth exports it) to a lane')
    .argument('<file>', 'blocks, such as chain.rlp')
    .requiredOption('--lane <name>', 'name or chain id of the lane')
    .option(...dataDir)
    .action(async (file: string, given: ImportOptions) => {
      const { importChain } = await import('./lane-import.js')
      finish(await importChain(file, given))
    })
  lane
    .command('add')
    .description('add a lane to a running gateway; signed with the key of the network’s admin')
    .requiredOption('--chain-id <number>', 'chain id of the lane')
    .requiredOption('--name <name>', 'short name of the lane')
    .option('--block-time-ms <number>', 'time between two blocks; without it a block as soon as there is a transaction')
    .option('--gas-limit <gas>', 'gas limit of a block')
    .option('--genesis <file>', 'geth genesis.json, as a path on the machine of the gateway')
    .option('--rpc <url>', 'the gateway', 'http://127.0.0.1:8545')
    .option('--key <file>', 'the admin’s private key (default admin.pem in the data folder)')
    .option(...dataDir)
    .action(async (given: LaneAddOptions) => {
      const { addLane } = await import('./lane-add.js')
      finish(await addLane(given))
    })
  lane
    .command('list')
    .description('list the lanes of the data folder')
    .option(...dataDir)
    .action((given: { dataDir?: string }) => finish(listLanes(given)))
  return lane
}

function startCommand(finish: (code: number) => void): Command {
  const command = new Command('start').description('serve the lanes').option('--config <file>', 'TOML or JSON file (PARALANE_CONFIG)')
  for (const option of options) {
    const summary = configSchema.shape[option.key].description ?? ''
    const flag = flagOf(option)
    const negated = `--no-${flag.slice(2)}`
    if (option.argument !== undefined) command.addOption(new Flag(`${flag} ${option.argument}`, summary))
    // A flag that is on unless told otherwise is shown in its negative form only.
    else if (option.key === 'wait') command.addOption(new Flag(negated, `do not wait: ${summary}`))
    else if (option.key === 'dev') command.addOption(new Flag(flag, summary)).addOption(new Flag(negated, 'no development accounts'))
    else command.addOption(new Flag(flag, summary))
  }
  return command.action(async () => {
    const file = command.getOptionValue('config') as string | undefined
    const { start } = await import('./start.js')
    finish(await start(file ?? null, givenFlags(command)))
  })
}

function buddyCommand(finish: (code: number) => void): Command {
  const command = new Command('buddy')
    .description('run a Buddy of its own: executes every lane of a gateway again and seals what it could reproduce')
    .option('--config <file>', 'TOML or JSON file')
  for (const option of buddyOptions) {
    command.addOption(new Flag(`${flagOf(option)} ${option.argument}`, buddySchema.shape[option.key].description ?? ''))
  }
  command.action(async () => {
    const given = buddyOptions.filter(({ key }) => command.getOptionValueSource(key) === 'cli')
    const flags = given.map((option) => [option.key, parseOption(option, String(command.getOptionValue(option.key)))])
    const { runBuddy } = await import('./buddy-run.js')
    finish(await runBuddy((command.getOptionValue('config') as string | undefined) ?? null, Object.fromEntries(flags) as Record<string, unknown>))
  })
  for (const kind of ['add', 'remove'] as const) {
    const change = command
      .command(kind)
      .description(kind === 'add' ? 'add a Buddy to those that seal, or give it another weight' : 'remove a Buddy from those that seal')
      .argument('<key>', 'its public key, as paralane keygen prints it')
      .requiredOption('--admin-key <file>', "private key of the network's admin")
      .requiredOption('--rpc <url>', 'a gateway of the network')
      .option('--rpc-key <key>', 'API key that the gateway wants')
    if (kind === 'add') change.option('--weight <number>', 'its weight (default 1)')
    change.action(async (key: string, given: BuddyChangeOptions) => {
      const { changeBuddy } = await import('./buddy-change.js')
      finish(await changeBuddy(key, given, kind === 'remove'))
    })
  }
  return command
}

/** Only what was on the command line: commander also fills in defaults, which would hide the file and the environment. */
function givenFlags(command: Command): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const option of options) {
    const name = option.key === 'apiKeys' ? 'apiKey' : option.key
    if (command.getOptionValueSource(name) !== 'cli') continue
    const value: unknown = command.getOptionValue(name)
    values[option.key] = typeof value === 'string' ? parseOption(option, value) : value
  }
  return values
}
