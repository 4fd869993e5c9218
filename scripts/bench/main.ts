// `npm run bench`: starts or attaches the targets, runs the scenarios alternately on each, prints medians and ratios.
// Owns the order of runs and the life of every process it starts.
import { writeFileSync } from 'node:fs';
import { Generator } from './generator.js';
import type { Sample } from './measure.js';
import { parseOptions, USAGE, type Options } from './options.js';
import { profileText } from './profile-summary.js';
import { machine, markdownText, sampleText, summarize, tableText } from './report.js';
import { scenarios, type Run, type ScenarioName } from './scenarios.js';
import { startAnvil } from './target-anvil.js';
import { startParalane } from './target-paralane.js';
import { attach, type Target } from './target.js';

const ANVIL_LANES = 4;

type Failure = { scenario: ScenarioName; target: string; run: number; message: string };
/** `stalled` counts, by target, the runs in which its watch had to help. */
type Outcome = { samples: Sample[]; failures: Failure[]; stalled: Map<string, number> };

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);
  const targets: Target[] = [];
  const generator = new Generator();
  const interrupted = new Promise<never>((_, reject) => {
    process.once('SIGINT', () => reject(new Error('interrupted')));
    process.once('SIGTERM', () => reject(new Error('terminated')));
  });
  let outcome: Outcome;
  try {
    outcome = await Promise.race([interrupted, measureAll(options, targets, generator)]);
  } finally {
    await Promise.all([generator.close(), ...targets.map((target) => target.stop())]);
  }
  report(options, targets, outcome);
}

async function measureAll(options: Options, targets: Target[], generator: Generator): Promise<Outcome> {
  await openTargets(options, targets);
  console.log(`seed ${options.seed}; ${JSON.stringify(machine())}`);
  const samples: Sample[] = [];
  const failures: Failure[] = [];
  const stalled = new Map<string, number>();
  for (const scenario of options.scenarios) {
    for (let run = -options.warmup; run < options.runs; run++) {
      for (const target of targets) {
        const counts = run >= 0;
        const label = counts ? `run ${run + 1}` : 'warm-up';
        const scope = `${target.name}/${scenario}/${run}`;
        const { seed, senders, count } = options;
        try {
          const { measured, stalls } = await runScenario(scenario, { generator, target, seed, scope, senders, count });
          for (const sample of measured) console.log(`${label.padEnd(8)} ${sampleText(sample)}`);
          if (stalls > 0) console.log(`         ${target.name} stopped mining ${stalls} times and was told to go on`);
          if (!counts) continue;
          samples.push(...measured);
          if (stalls > 0) stalled.set(target.name, (stalled.get(target.name) ?? 0) + 1);
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          console.log(`${label.padEnd(8)} ${scenario} ${target.name} FAILED: ${message}`);
          failures.push({ scenario, target: target.name, run, message });
        }
      }
    }
  }
  return { samples, failures, stalled };
}

async function runScenario(scenario: ScenarioName, run: Run): Promise<{ measured: Sample[]; stalls: number }> {
  const watch = run.target.watch?.() ?? null;
  let measured: Sample[];
  let stalls = 0;
  try {
    measured = await scenarios[scenario](run);
  } finally {
    stalls = (await watch?.stop()) ?? 0;
  }
  return { measured, stalls };
}

/** Fills `targets` one by one, so that those already started are stopped when a later one does not come up. */
async function openTargets(options: Options, targets: Target[]): Promise<void> {
  if (options.anvil) {
    const processes = options.scenarios.includes('lanes') ? ANVIL_LANES : 1;
    targets.push(await startAnvil({ processes, extraArgs: options.anvilArgs }));
  }
  if (options.paralane) {
    const { lanes, profileFolder, paralaneArgs } = options;
    targets.push(await startParalane({ lanes, profileFolder, extraArgs: paralaneArgs }));
  }
  for (const spec of options.targets) targets.push(await attach(spec, options.pids));
}

function report(options: Options, targets: Target[], { samples, failures, stalled }: Outcome): void {
  const names = targets.map(({ name }) => name);
  const lines = summarize(samples, names.includes('anvil') ? 'anvil' : names[0]!);
  const about = machine();
  const settings = `${options.runs} alternating runs after ${options.warmup} warm-up, ${options.count} transactions, ${options.senders} senders, seed ${options.seed}`;
  console.log(`\n${options.markdown ? markdownText(lines, about, settings) : tableText(lines)}`);
  for (const [name, runs] of stalled) {
    console.log(`\n${name} stopped mining with a full pool in ${runs} runs and was told to mine after 0.2 s (foundry issue 10122).`);
  }
  if (options.profileFolder) console.log(`\n${profileText(options.profileFolder)}`);
  if (options.jsonFile) {
    const { seed, runs, count, senders } = options;
    writeFileSync(options.jsonFile, `${JSON.stringify({ machine: about, seed, runs, count, senders, lines, samples, failures }, null, 2)}\n`);
  }
  if (failures.length > 0) {
    console.error(`${failures.length} runs failed; the table holds the others`);
    process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  // After an interruption the run that was under way would go on against servers that are gone.
  process.exit(1);
});
