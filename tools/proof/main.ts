import { Argument, InvalidArgumentError, program } from 'commander';
import type { ProofRow } from './proof-row';
import { prove } from './prove';
import { SIMULATION_NAMES, SIMULATIONS, type SimulationName } from './simulations';

const WHAT = [
  'all (default)',
  ...SIMULATION_NAMES.map((name) => `${name}: ${SIMULATIONS[name].about}, ${SIMULATIONS[name].runs} runs`),
].join('; ');

program
  .name('proof')
  .description('Checks by simulation what the statistics promise. Exits with 1 when a claim fails.')
  .addArgument(new Argument('[proof]', WHAT).choices(['all', ...SIMULATION_NAMES]).default('all'))
  .option('--seeds <n>', 'at most so many runs of each proof; fewer than it states widen the bounds', parseCount)
  .option('--json', 'print one JSON document on standard output', false)
  .action(async (proof: SimulationName | 'all', { seeds, json }: { seeds?: number; json: boolean }) => {
    const rows: ProofRow[] = [];
    for (const name of proof === 'all' ? SIMULATION_NAMES : [proof]) rows.push(...(await prove(name, seeds)));
    process.stdout.write(json ? `${JSON.stringify({ rows }, undefined, 2)}\n` : table(rows));
    process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1;
  });

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`proof: ${error instanceof Error ? error.message : String(error)}\n`);
  // At once: the other threads would play their runs to the end.
  process.exit(1);
});

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('A whole number from 1 is allowed.');
  return count;
}

function table(rows: readonly ProofRow[]): string {
  const lines = rows.map(
    ({ name, value, low, high, ok, runs }) =>
      `${ok ? 'ok  ' : 'FAIL'}  ${percent(value)}  in ${percent(low)} to ${percent(high)}  ${String(runs).padStart(4)} runs  ${name}`,
  );
  return `${lines.join('\n')}\n`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`.padStart(8);
}
