import { Command, InvalidArgumentError } from 'commander';
import type { Bench, BenchResult } from './bench';
import { beside } from './benches/beside';
import { batching } from './benches/batching';
import { grpc } from './benches/grpc';
import { ingest } from './benches/ingest';
import { latency } from './benches/latency';
import { memory } from './benches/memory';
import { outage } from './benches/outage';
import { overload } from './benches/overload';
import { peers } from './benches/peers';
import { raw } from './benches/raw';
import { reload } from './benches/reload';
import { report } from './benches/report';
import { score } from './benches/score';
import { telemetry } from './benches/telemetry';
import { machine, pinToLoadCore } from './harness/processor';

const BENCHES: readonly Bench[] = [
  raw,
  score,
  grpc,
  latency,
  peers,
  batching,
  reload,
  overload,
  telemetry,
  memory,
  report,
  beside,
  outage,
  ingest,
];
const BUSY_LOAD = 0.5;
/** A million impressions among them. */
const INGEST_EVENTS = 1_111_200;

const list = BENCHES.map(({ name, goal }) => `  ${name.padEnd(10)} ${goal}`).join('\n');

const command = new Command('npm run -s bench --')
  .description(`Measures Adlift against what it is made of, on two processors.\n\nBenches:\n${list}`)
  .argument('<name...>', 'benches to run, or "all"', (name: string, before: string[] = []) => [...before, known(name)])
  .option('--json', 'print the results as JSON on standard output', false)
  .option('--rounds <number>', 'interleaved rounds that medians are taken of', positive, 5)
  .option('--seconds <number>', 'seconds of one contestant in one round', positive, 3)
  .option('--reloads <number>', 'reloads over which "reload" watches resident memory', positive, 40)
  .option('--impressions <number>', 'impressions that "report" reports on, and ten times as many', positive, 1_000_000)
  .option('--minutes <number>', 'minutes for which "outage" takes PostgreSQL away', positive, 10)
  .option('--events <number>', 'events that each contestant of "ingest" stores in a round', positive, INGEST_EVENTS)
  .option('--keep-model <file>', 'file to which "raw" writes the model, for others to measure')
  .action(run);

interface Options {
  json: boolean;
  rounds: number;
  seconds: number;
  reloads: number;
  impressions: number;
  minutes: number;
  events: number;
  keepModel?: string;
}

async function run(names: string[], options: Options): Promise<void> {
  const log = (line: string): void => console.error(line);
  const { load } = machine();
  if (load > BUSY_LOAD) log(`the machine is busy (load ${load}); figures will be worse than on a quiet one`);
  pinToLoadCore();
  const chosen = BENCHES.filter(({ name }) => names.includes(name) || names.includes('all'));
  const results: BenchResult[] = [];
  for (const bench of chosen) {
    log(`${bench.name}: ${bench.goal}`);
    const result = await bench.run({ ...options, log });
    results.push(result);
    if (!options.json)
      console.log(
        `${result.ok ? 'ok  ' : 'MISS'} ${result.name} ${result.value.toFixed(3)}\n${JSON.stringify(result.details, null, 2)}`,
      );
  }
  if (options.json) console.log(JSON.stringify(results.length === 1 ? results[0] : results, null, 2));
  if (results.some(({ ok }) => !ok)) process.exitCode = 1;
}

function known(name: string): string {
  if (name === 'all' || BENCHES.some((bench) => bench.name === name)) return name;
  throw new InvalidArgumentError(`is none of all, ${BENCHES.map((bench) => bench.name).join(', ')}`);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('must be a positive number');
  return value;
}

command.parseAsync().catch((error: Error) => {
  console.error(error);
  process.exit(1);
});
