import { FoldBeside } from './fold-beside';
import { IngestDatabase } from './ingest-database';
import { makeTraffic, type Traffic } from './ingest-traffic';
import { LedgerWriter } from './ledger-writer';
import { RawCopy } from './raw-copy';
import { SingleInserts } from './single-inserts';

/** Events a second of each contestant. */
export interface IngestRound {
  readonly raw: number;
  readonly writer: number;
  /** While the fold keeps up: the writer's, held to {@link PACE} of raw COPY. */
  readonly folded: number;
  readonly inserts: number;
  /** The largest age seen of the oldest delta that waited to be folded, seconds. */
  readonly staleness: number;
  readonly deltas: number;
  readonly foldBusySeconds: number;
}

/** Of raw COPY, a little more than the goal: as fast as the writer can is faster than one machine folds. */
const PACE = 0.41;
const INSERTED_SHARE = 0.05;
const MOST_INSERTED = 10_000;

/** The contestants, each with its connections and threads kept from round to round. */
export class IngestContest {
  private constructor(
    private readonly traffic: Traffic,
    private readonly database: IngestDatabase,
    private readonly raw: RawCopy,
    private readonly writer: LedgerWriter,
    private readonly fold: FoldBeside,
    private readonly inserts: SingleInserts,
  ) {}

  /** `url` of an empty database, `folder` for the spool. Everybody has had a turn when it resolves. */
  static async prepare(url: string, folder: string, events: number): Promise<IngestContest> {
    const traffic = makeTraffic(events);
    const database = await IngestDatabase.prepare(url, traffic);
    const contest = new IngestContest(
      traffic,
      database,
      new RawCopy(traffic),
      await LedgerWriter.open(folder, url),
      await FoldBeside.start(url),
      await SingleInserts.connect(url),
    );
    try {
      await contest.round();
      return contest;
    } catch (error) {
      await contest.close();
      throw error;
    }
  }

  get size(): Readonly<Record<string, number>> {
    const { events, exposures } = this.traffic;
    return { events: events.length, exposures: exposures.length, inserted: this.inserted.length };
  }

  /** One measurement of each, on empty tables. Throws when a contestant lost, doubled or changed anything. */
  async round(): Promise<IngestRound> {
    const { traffic, database, inserted } = this;
    await database.clear();
    const raw = await rate(traffic.events.length, () => this.raw.run(database.client));
    await database.checkStored(traffic);
    const rows = await database.fingerprint();
    await database.clear();
    const write = await this.writer.fill(traffic);
    const writer = await rate(traffic.events.length, write);
    await this.checkSame(rows);
    const { perSecond: folded, staleness, deltas, busyMs } = await this.foldedRate(PACE * raw);
    await this.checkSame(rows);
    await database.checkFolded(traffic);
    await database.clear();
    const inserts = await rate(inserted.length, () => this.inserts.run(inserted));
    await database.checkStored({ events: inserted, exposures: [] });
    return { raw, writer, folded, inserts, staleness, deltas, foldBusySeconds: busyMs / 1000 };
  }

  async close(): Promise<void> {
    await this.writer.close();
    await this.fold.stop();
    await this.inserts.close();
    await this.database.close();
  }

  private get inserted(): Traffic['events'] {
    const { events } = this.traffic;
    return events.slice(0, Math.min(MOST_INSERTED, Math.ceil(events.length * INSERTED_SHARE)));
  }

  private async checkSame(rows: string): Promise<void> {
    await this.database.checkStored(this.traffic);
    if ((await this.database.fingerprint()) !== rows) throw new Error('the rows stored are not those of the raw COPY');
  }

  private async foldedRate(perSecond: number) {
    await this.database.clear();
    const write = await this.writer.fill(this.traffic);
    const { events, exposures } = this.traffic;
    const recordsPerSecond = (perSecond * (events.length + exposures.length)) / events.length;
    this.fold.begin();
    const stored = await rate(events.length, () => write(recordsPerSecond));
    const result = await this.fold.finish();
    return { perSecond: stored, ...result };
  }
}

/** Events a second. */
async function rate(events: number, work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (events / (performance.now() - started)) * 1000;
}
