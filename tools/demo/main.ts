import { Command, Option, InvalidArgumentError } from 'commander';
import { reportTable } from '@adlift/client';
import { ConfigError, readConfig } from '@adlift/config';
import { DEMO_PLAN } from '../market/index';
import { findRunningStack, type RunningStack } from '../stack/running-stack';
import { startStack } from '../stack/stack';
import { stackEnvironment } from '../stack/stack-config';
import { StackError, StackInterrupted } from '../stack/stack-error';
import { untilEnded } from '../stack/until-ended';
import { runDemo } from './demo';

interface Options {
  once: boolean;
  json: boolean;
  seed: number;
  requests: number;
  units: number;
  sabotage: number;
  lose: number;
  misattribute: number;
  swap: boolean;
  budgets?: 'split' | 'shared';
  killWorker: boolean;
  keepEvents?: string;
  keepModels?: string;
}

const command = new Command('npm run demo --')
  .description(
    "Boots everything, trains two models on a simulated market, plays an ad server against the public gRPC API,\nand prints the experiment's report beside the market's known truth. A stack that npm start keeps up is used.",
  )
  .option('--once', 'exit after the report instead of staying up', false)
  .option('--json', 'print the report as one JSON document on standard output', false)
  .option('--seed <number>', 'seed of the market, its models and its traffic', whole(0), DEMO_PLAN.seed)
  .option('--requests <number>', 'ad requests to play', whole(1000), DEMO_PLAN.requests)
  .option('--units <number>', 'users who make them', whole(100), DEMO_PLAN.units)
  .option('--sabotage <share>', "share of the treatment's clicks that the ad server keeps back, 0 to 1", share, 0)
  .option(
    '--lose <share>',
    "share of the treatment's events that are lost after the ad server counted them, 0 to 1",
    share,
    0,
  )
  .option('--misattribute <share>', "share of the treatment's answers reported as the control's, 0 to 1", share, 0)
  .option('--swap', "give each arm the other one's model", false)
  .addOption(
    new Option(
      '--budgets <how>',
      'have campaigns run out of money, with a part of it for each arm (split) or one for both (shared)',
    ).choices(['split', 'shared']),
  )
  .option('--kill-worker', 'kill the scoring worker when half of the requests are served', false)
  .option('--keep-events <file>', 'add every acknowledged event to this file, a line of JSON each')
  .option('--keep-models <folder>', 'keep what is trained in this folder, and train only what it lacks')
  .action(run);

async function run(options: Options): Promise<void> {
  const log = (line: string): void => console.error(line);
  const env = readConfig(stackEnvironment, process.env);
  const running = await findRunningStack(env.ADLIFT_HOME);
  if (running !== undefined) log(`using the stack that is up on ${running.home}`);
  const interrupted = untilEnded();
  const stack = running ?? (await startStack({ env, log, ended: interrupted }));
  try {
    const done = await Promise.race([runDemo(stack, { ...options, log }), stack.died, interrupted]);
    if (done === 'ended') {
      process.exitCode = 130;
      return;
    }
    if (options.json) process.stdout.write(`${JSON.stringify(done.document, null, 2)}\n`);
    else process.stdout.write(`${reportTable(done.report)}\n${truthLines(done.document)}\n`);
    if (!options.once) await stayUp(stack, interrupted, log);
  } finally {
    if (running === undefined) log('Stopping ...');
    await stack.stop();
  }
}

function truthLines({ truth }: Awaited<ReturnType<typeof runDemo>>['document']): string {
  const line = (name: string, lift: number, inside: boolean): string =>
    `  true ${name} lift of the market: ${(100 * lift).toFixed(1)} % (${inside ? 'inside' : 'OUTSIDE'} the 95 % interval)`;
  return [
    line('CTR', truth.ctrLift, truth.ctrInside),
    line('RPM', truth.rpmLift, truth.rpmInside),
    line('revenue per user', truth.revenueLift, truth.revenueInside),
  ].join('\n');
}

async function stayUp(stack: RunningStack, interrupted: Promise<unknown>, log: (line: string) => void): Promise<void> {
  log(
    `The stack stays up: admin API ${stack.experimentsUrl}/v1/experiments, Unleash ${stack.unleashUrl}. Ctrl-C stops everything.`,
  );
  await Promise.race([interrupted, stack.died]);
}

function whole(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`must be a whole number from ${least}`);
    return value;
  };
}

function share(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('must be 0 to 1');
  return value;
}

command.parseAsync().catch((error: Error) => {
  if (error instanceof StackInterrupted) process.exit(130);
  console.error(error instanceof StackError || error instanceof ConfigError ? `adlift: ${error.message}` : error);
  process.exit(1);
});
