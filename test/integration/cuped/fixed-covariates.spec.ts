import { keepCovariates, type CovariateMetric } from '@adlift/ledger';
import { LedgerBench } from '../ledger/ledger-bench';
import { EXPERIMENT } from '../ledger/ledger-facts';

const CLICKS: CovariateMetric = { key: 'clicks@1', kind: 'mean', numerator: 'clicks' };
const DAY = '2026-11-10';

describe('what units did before an experiment', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
    await bench.rows(
      `INSERT INTO experiment (key, description, source, state, design) VALUES ($1, '', 'flag', 'running', '{}')`,
      [EXPERIMENT],
    );
    await bench.rows(
      `INSERT INTO experiment_phase (experiment, phase, weights, reason, opened_at)
       VALUES ($1, 1, '{}', '', '${DAY}T12:00:00Z')`,
      [EXPERIMENT],
    );
  });
  afterAll(() => bench.close());

  async function clicked(unit: string, day: string, clicks: number): Promise<void> {
    await bench.rows('INSERT INTO event_delta (unit, day, clicks) VALUES ($1, $2, $3)', [unit, day, clicks]);
    await bench.fold();
  }

  async function expose(unit: string): Promise<void> {
    await bench.rows(
      `INSERT INTO event_delta (experiment, phase, variant, unit, day, exposures) VALUES ($1, 1, 'control', $2, '${DAY}', 1)`,
      [EXPERIMENT, unit],
    );
    await bench.fold();
  }

  /** Units, clicks before and units that are new, as counted. */
  async function counted(fixed: boolean): Promise<number[]> {
    await bench.withClient((client) =>
      keepCovariates(client, { experiment: EXPERIMENT, phase: 1, days: 7, fixed, metrics: [CLICKS] }),
    );
    const [{ units, sums }] = await bench.rows<{ units: string; sums: string[] }>(
      "SELECT units, sums::text[] FROM exp_covariate WHERE variant = 'control'",
    );
    return [Number(units), Number(sums[1]), Number(sums[2])];
  }

  it('stays as it was when they were first looked at, and is of the seven days before the first only', async () => {
    await clicked('old', '2026-11-09', 3);
    await clicked('old', '2026-11-02', 100);
    await clicked('old', DAY, 100);
    await expose('old');
    await expose('new');
    expect(await counted(true)).toEqual([2, 3, 1]);
    await clicked('old', '2026-11-09', 5);
    await clicked('late', '2026-11-03', 4);
    expect(await counted(true)).toEqual([2, 3, 1]);
    await expose('late');
    expect(await counted(true)).toEqual([3, 7, 1]);
  });

  it('is counted anew where it may be brought in last', async () => {
    expect(await counted(false)).toEqual([3, 12, 1]);
  });
});
