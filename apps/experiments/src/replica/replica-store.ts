import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ReplicaModel, ReplicaView } from '@adlift/client';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';

interface ReplicaRow {
  readonly id: string;
  readonly address: string;
  readonly software: string;
  readonly flagRevision: string;
  readonly models: readonly ReplicaModel[];
  readonly startedAt: Date;
  readonly silentMs: number;
}

/** The predictors that have told of themselves; their silence is measured by the database's clock alone. */
@Injectable()
export class ReplicaStore {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {}

  /** The live ones first, then by how long they have been silent. */
  async list(): Promise<ReplicaView[]> {
    const rows: ReplicaRow[] = await this.source.query(
      `SELECT id, address, software, flag_revision AS "flagRevision", models, started_at AS "startedAt",
         (extract(epoch FROM clock_timestamp() - seen_at) * 1000)::float8 AS "silentMs"
       FROM replica ORDER BY seen_at < clock_timestamp() - make_interval(secs => $1), started_at, id`,
      [this.config.REPLICA_LIFETIME_MS / 1000],
    );
    return rows.map(({ startedAt, silentMs, ...row }) => ({
      ...row,
      live: silentMs < this.config.REPLICA_LIFETIME_MS,
      silentSeconds: Math.max(0, Math.round(silentMs / 100) / 10),
      startedAt: startedAt.toISOString(),
    }));
  }

  async live(): Promise<ReplicaView[]> {
    return (await this.list()).filter(({ live }) => live);
  }
}
