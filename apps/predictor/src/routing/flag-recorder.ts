import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import type { FlagState } from '@adlift/assignment';
import { jsonDigest } from '@adlift/wire';
import { LEDGER_POOL } from '../ledger.module';
import { FlagSource, type ExperimentFlag } from './flag-source';

const RETRY_MS = 500;

/** Stores every flag state by its digest before a token may carry the digest, so that "as served" can be looked up. */
@Injectable()
export class FlagRecorder implements OnApplicationShutdown {
  private readonly logger = new Logger('flags');
  private readonly recorded = new Set<string>();
  private seen: readonly ExperimentFlag[] = [];
  private states: readonly (ExperimentFlag & FlagState)[] = [];
  private storing = false;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: FlagSource,
    @Inject(LEDGER_POOL) private readonly pool: Pool,
  ) {
    // At once, not at the next request: that one would find its experiment unrecorded.
    source.onChange(() => this.current());
  }

  /** The experiments' flags with digests; computed once per change, so this costs nothing per request. */
  current(): readonly (ExperimentFlag & FlagState)[] {
    const flags = this.source.flags();
    if (flags !== this.seen) {
      this.seen = flags;
      this.refresh();
    }
    return this.states;
  }

  onApplicationShutdown(): void {
    clearTimeout(this.retry);
  }

  private refresh(): void {
    this.states = this.seen.map((flag) => {
      const digest = jsonDigest(flag.definition);
      return { ...flag, digest, recorded: this.recorded.has(digest) };
    });
    if (this.storing || this.states.every(({ recorded }) => recorded)) return;
    this.storing = true;
    this.store(this.states.filter(({ recorded }) => !recorded)).then(
      () => {
        this.storing = false;
        this.refresh();
      },
      (error: Error) => {
        this.storing = false;
        this.logger.warn(`flag state not stored yet, its experiment waits: ${error.message}`);
        clearTimeout(this.retry);
        this.retry = setTimeout(() => this.refresh(), RETRY_MS);
      },
    );
  }

  private async store(flags: readonly (ExperimentFlag & FlagState)[]): Promise<void> {
    for (const { digest, experiment, definition } of flags) {
      await this.pool.query(
        'INSERT INTO flag_snapshot (digest, experiment, flag) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [digest, experiment, JSON.stringify(definition)],
      );
      this.recorded.add(digest);
    }
  }
}
