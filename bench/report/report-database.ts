import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions, migrate } from '@adlift/persistence';
import { BUILT_IN_METRICS } from '../../apps/experiments/src/metric/built-in-metrics';
import { KeptStatistics, type PhaseStatistics } from '../../apps/experiments/src/report/kept-statistics';
import { EXPERIMENT, fillLedger, PHASE } from './fill-ledger';
import { naiveReport } from './naive-report';
import { ReportServer } from './report-server';

/** A database with a known number of impressions, and both ways to a report on it. */
export class ReportDatabase {
  private constructor(
    readonly impressions: number,
    readonly filled: { readonly deltas: number; readonly foldSeconds: number },
    private readonly url: string,
    private readonly client: Client,
    private readonly source: DataSource,
    private readonly kept: KeptStatistics,
  ) {}

  /** `url` of an empty database. */
  static async fill(url: string, impressions: number): Promise<ReportDatabase> {
    await migrate(url);
    const client = new Client({ connectionString: url });
    await client.connect();
    const filled = await fillLedger(client, impressions);
    const source = await new DataSource(dataSourceOptions(url, [])).initialize();
    return new ReportDatabase(impressions, filled, url, client, source, new KeptStatistics(source));
  }

  report(): Promise<PhaseStatistics> {
    return this.kept.ofPhase(EXPERIMENT, PHASE, BUILT_IN_METRICS);
  }

  /** The experiments app on this database, with slices counted. */
  serve(): Promise<ReportServer> {
    return ReportServer.start(this.url, this.client);
  }

  naive(): Promise<Record<string, string>[]> {
    return naiveReport(this.client);
  }

  /** Throws unless both ways give the same sums, to the digit. */
  async check(): Promise<void> {
    const { arms } = await this.report();
    const naive = await this.naive();
    const kept = [...arms].map(([variant, { sums }]) => {
      const [ctr, conversions, rpm] = [sums.get('ctr'), sums.get('conversionRate'), sums.get('rpm')];
      return Object.fromEntries(
        Object.entries({
          ...{ variant, units: ctr?.units, impressions: ctr?.sumD, clicks: ctr?.sumM, conversions: conversions?.sumM },
          ...{ revenue: rpm?.sumM, mm: ctr?.sumDD, cc: ctr?.sumMM, vv: conversions?.sumMM, rr: rpm?.sumMM },
          ...{ cm: ctr?.sumMD, vc: conversions?.sumMD, rm: rpm?.sumMD },
        }).map(([name, value]) => [name, String(value)]),
      );
    });
    if (naive.length === 0 || JSON.stringify(kept) !== JSON.stringify(naive))
      throw new Error(`kept sums ${JSON.stringify(kept)} are not the joined ones ${JSON.stringify(naive)}`);
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.source.destroy();
  }
}
