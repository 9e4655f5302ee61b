import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { v7 as uuidv7, validate } from 'uuid';
import type { DataSource } from 'typeorm';
import type { Report } from '@adlift/client';
import { DomainError } from '@adlift/problem';
import { ENGINE_VERSION } from '@adlift/statistics';
import { jsonDigest } from '@adlift/wire';
import { writeAudit } from '../audit/write-audit';
import { composeReport } from './compose-report';
import { ReportService } from './report.service';
import { restoreInputs, storeInputs, type StoredInputs } from './snapshot-inputs';

/** What a list of snapshots shows of each. */
export interface SnapshotLine {
  readonly id: string;
  readonly phase: number;
  readonly takenAt: string;
  readonly takenBy: string;
  /** Version of the statistics that made the report. */
  readonly engine: string;
  /** sha256 of the report's canonical JSON. */
  readonly digest: string;
  readonly verdict: string;
}

/** A report as it was, and everything it was made of. */
export interface Snapshot extends SnapshotLine {
  readonly inputs: StoredInputs;
  readonly report: Report;
}

/** A snapshot's report made once more from its inputs. */
export interface Recomputation {
  readonly id: string;
  readonly engine: string;
  readonly digest: string;
  /** True when it is the report that was kept, to the digit. */
  readonly same: boolean;
  readonly report: Report;
}

const MOST_LISTED = 1000;
const LINE = `id, phase, taken_at AS "takenAt", taken_by AS "takenBy", engine, digest,
  report #>> '{experiment,verdict}' AS verdict`;

/** Keeps reports for good, so that what was decided on can be shown and checked later. */
@Injectable()
export class SnapshotService {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    private readonly reports: ReportService,
  ) {}

  /** Keeps the report as it is now. Throws `not_found`. */
  async take(experiment: string, actor: string): Promise<Snapshot> {
    const inputs = await this.reports.inputs(experiment);
    const report = composeReport(inputs);
    const id = uuidv7();
    const digest = jsonDigest(report);
    await this.source.transaction(async (manager) => {
      await manager.query(
        `INSERT INTO report_snapshot (id, experiment, phase, taken_by, engine, inputs, report, digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          id,
          experiment,
          inputs.phase,
          actor,
          ENGINE_VERSION,
          JSON.stringify(storeInputs(inputs)),
          JSON.stringify(report),
          digest,
        ],
      );
      const subject = `experiment:${experiment}`;
      await writeAudit(manager, { actor, action: 'report.snapshot', subject, after: { id, digest } });
    });
    return this.get(experiment, id);
  }

  /** Newest first, at most 1,000. Throws `not_found` for an unknown experiment. */
  async list(experiment: string): Promise<SnapshotLine[]> {
    const found: SnapshotLine[] = await this.source.query(
      `SELECT ${LINE} FROM report_snapshot WHERE experiment = $1 ORDER BY taken_at DESC, id DESC LIMIT ${MOST_LISTED}`,
      [experiment],
    );
    if (found.length === 0) await this.reports.inputs(experiment);
    return found;
  }

  /** Throws `not_found`. */
  async get(experiment: string, id: string): Promise<Snapshot> {
    const missing = new DomainError('not_found', `experiment "${experiment}" has no snapshot "${id}"`, 'id');
    if (!validate(id)) throw missing;
    const [found]: Snapshot[] = await this.source.query(
      `SELECT ${LINE}, inputs, report FROM report_snapshot WHERE experiment = $1 AND id = $2`,
      [experiment, id],
    );
    if (found === undefined) throw missing;
    return found;
  }

  /**
   * Makes a snapshot's report again from its inputs. Throws `not_found`, and `failed_precondition` for one that another
   * version of the statistics made, whose digits this one cannot give.
   */
  async recompute(experiment: string, id: string): Promise<Recomputation> {
    const { inputs, digest, engine } = await this.get(experiment, id);
    if (engine !== ENGINE_VERSION)
      throw new DomainError(
        'failed_precondition',
        `the snapshot was made by version ${engine} of the statistics, this is version ${ENGINE_VERSION}; recompute it with a release of that version`,
        'id',
      );
    const report = composeReport(restoreInputs(inputs));
    const again = jsonDigest(report);
    return { id, engine: ENGINE_VERSION, digest: again, same: again === digest, report };
  }
}
