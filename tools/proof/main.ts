import { Argument, InvalidArgumentError, program } from 'commander';
import { DEMO_RUNS, type ProofReport } from './demo-proof';
import { proveDemo } from './prove-demo';

program
  .name('proof')
  .description('Checks by simulation what the statistics promise. Exits with 1 when a claim fails.')
  .addArgument(
    new Argument('[proof]', 'demo: the demo experiment, repeated without servers').choices(['demo']).default('demo'),
  )
  .option('--seeds <n>', 'number of runs; fewer than the default widen the bounds', parseCount, DEMO_RUNS)
  .option('--json', 'print one JSON document on standard output', false)
  .action(async (_proof: string, { seeds, json }: { seeds: number; json: boolean }) => {
    const report = await proveDemo(seeds);
    process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : table(report));
    process.exitCode = report.rows.every((row) => row.ok) ? 0 : 1;
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

function table({ seeds, rows }: ProofReport): string {
  const lines = rows.map(
    ({ name, value, low, high, ok }) =>
      `${ok ? 'ok  ' : 'FAIL'}  ${percent(value)}  in ${percent(low)} to ${percent(high)}  ${name}`,
  );
  return `${seeds} seeds\n${lines.join('\n')}\n`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`.padStart(7);
}
