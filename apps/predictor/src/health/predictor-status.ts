import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Ledger } from '@adlift/ledger';
import { ScoringPool } from '@adlift/scoring';
import { CatalogueMirror } from '../catalogue/catalogue-mirror';
import { EventObservers } from '../events/event-observers';
import { PredictMetrics } from '../predict/predict-metrics';
import { Assigner } from '../routing/assigner';
import { FlagRecorder } from '../routing/flag-recorder';
import { FlagSource } from '../routing/flag-source';
import { ModelRepository } from '../serving/model-repository';

const SETTLE_POLL_MS = 20;

/** What `GET /v1/status` answers. */
export interface PredictorState {
  readonly models: ReturnType<ModelRepository['state']>;
  readonly scoring: { readonly ready: boolean; readonly restarts: number };
  readonly flags: ReturnType<FlagSource['state']> & {
    readonly experiments: readonly {
      readonly experiment: string;
      readonly digest: string;
      readonly recorded: boolean;
    }[];
  };
  /** What is not in PostgreSQL yet, whether that is away, and the spool that holds it meanwhile. */
  readonly ledger: Ledger['pending'] & {
    readonly unavailable: boolean;
    readonly spool: { readonly state: string; readonly usedBytes: number; readonly capBytes: number };
  };
  readonly predictions: PredictMetrics['counts'] & { readonly unloggedExposures: number };
  readonly events: EventObservers['counts'];
  readonly catalogue: ReturnType<CatalogueMirror['state']>;
}

/** What the predictor has done since its start, what of it is not durable yet, and the catalogue it answers from. */
@Injectable()
export class ActivityCounts {
  constructor(
    private readonly predictions: PredictMetrics,
    private readonly assigner: Assigner,
    private readonly events: EventObservers,
    private readonly ledger: Ledger,
    private readonly catalogue: CatalogueMirror,
  ) {}

  /** Whether the catalogue is as good as it will be for the moment. */
  get catalogueTried(): boolean {
    return this.catalogue.tried;
  }

  read(): Pick<PredictorState, 'ledger' | 'predictions' | 'events' | 'catalogue'> {
    const { state, usedBytes, capBytes } = this.ledger.spoolStats;
    return {
      ledger: { ...this.ledger.pending, unavailable: this.ledger.unavailable, spool: { state, usedBytes, capBytes } },
      predictions: { ...this.predictions.counts, unloggedExposures: this.assigner.unloggedExposures },
      events: { ...this.events.counts },
      catalogue: this.catalogue.state(),
    };
  }
}

/** The predictor's state in one place, read from memory. */
@Injectable()
export class PredictorStatus {
  constructor(
    private readonly models: ModelRepository,
    private readonly pool: ScoringPool,
    private readonly flags: FlagSource,
    private readonly recorder: FlagRecorder,
    private readonly activity: ActivityCounts,
  ) {}

  /** Resolves when flags, models and the ad catalogue are in, or after `timeoutMs` when a neighbour is away and they cannot be. */
  async whenSettled(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!this.settled && Date.now() < deadline) await delay(SETTLE_POLL_MS);
  }

  private get settled(): boolean {
    const recorded = this.recorder.current().every((flag) => flag.recorded);
    return this.models.synchronised && this.activity.catalogueTried && this.flags.state().synchronized && recorded;
  }

  read(): PredictorState {
    return {
      models: this.models.state(),
      scoring: { ready: this.pool.ready, restarts: this.pool.restarts },
      flags: {
        ...this.flags.state(),
        experiments: this.recorder
          .current()
          .map(({ experiment, digest, recorded }) => ({ experiment, digest, recorded })),
      },
      ...this.activity.read(),
    };
  }
}
