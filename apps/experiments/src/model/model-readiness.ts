import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { ReplicaView } from '@adlift/client';
import { DomainError } from '@adlift/problem';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { ReplicaStore } from '../replica/replica-store';
import type { PlannedVersion } from './plan-serving';
import { ServingService } from './serving.service';

/** A model that a live replica has not loaded. */
export interface LackingModel {
  readonly replica: string;
  readonly address: string;
  readonly model: string;
  readonly state: 'unknown' | 'loading' | 'failed';
  readonly reason: string;
}

export interface ReadinessOptions {
  /** Whether it is enough that no live replica lacks a model because there is none. */
  readonly force: boolean;
}

const POLL_MS = 100;
const NAMED = 5;

/** Whether every live replica has models loaded: what has to be true before traffic is sent to them. */
@Injectable()
export class ModelReadiness implements BeforeApplicationShutdown {
  private readonly ending = new AbortController();

  constructor(
    private readonly serving: ServingService,
    private readonly replicas: ReplicaStore,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {}

  /**
   * Resolves once every live replica has all of the models ("name@version"), which must be registered. Throws
   * `failed_precondition` naming each replica that lacks one and why: at once when waiting cannot help, else after
   * START_WAIT_MS; `unavailable` when this app ends meanwhile.
   */
  async require(references: readonly string[], { force }: ReadinessOptions): Promise<void> {
    const deadline = Date.now() + this.config.START_WAIT_MS;
    for (;;) {
      const [plan, live] = await Promise.all([this.serving.plan(), this.replicas.live()]);
      const models = plan.filter(({ reference }) => references.includes(reference));
      refuseUnwanted(models);
      const lacking = live.flatMap((replica) => lackingOf(replica, models));
      if (lacking.length === 0 && (live.length > 0 || force)) return;
      const hopeless = lacking.length > 0 && lacking.every(({ state }) => state === 'failed');
      if (hopeless || Date.now() >= deadline) throw live.length === 0 ? noReplica() : notLoaded(lacking);
      await this.pause();
    }
  }

  /** Calls that wait must not hold the shutdown up. */
  beforeApplicationShutdown(): void {
    this.ending.abort();
  }

  private async pause(): Promise<void> {
    await delay(POLL_MS, undefined, { signal: this.ending.signal }).catch(() => {
      throw new DomainError('unavailable', 'this app is shutting down; nothing was started', undefined, 1);
    });
  }
}

function lackingOf(
  { id, address, models, silentSeconds }: ReplicaView,
  wanted: readonly PlannedVersion[],
): LackingModel[] {
  const lacking: LackingModel[] = [];
  for (const { reference: model, digest, generation } of wanted) {
    const known = models.find((one) => one.digest === digest);
    if (known?.state === 'loaded') continue;
    const lacks = { replica: id, address, model };
    if (known === undefined)
      lacking.push({ ...lacks, state: 'unknown', reason: `it knows nothing of it, as of ${silentSeconds} s ago` });
    // What failed before a reload was asked for is about to be tried again.
    else if (known.state === 'failed' && known.generation === generation)
      lacking.push({ ...lacks, state: 'failed', reason: known.reason ?? 'it does not say why' });
    else lacking.push({ ...lacks, state: 'loading', reason: 'it is loading it' });
  }
  return lacking;
}

function refuseUnwanted(models: readonly PlannedVersion[]): void {
  const unwanted = models.find(({ wanted }) => !wanted);
  if (unwanted === undefined) return;
  const { name, version, reference, reasons } = unwanted;
  throw new DomainError(
    'failed_precondition',
    `${reference} is not to be loaded: ${reasons.join(', ')}; ask for it first (POST /v1/models/${name}/versions/${version}/load)`,
    'variants',
  );
}

function noReplica(): DomainError {
  return new DomainError(
    'failed_precondition',
    'no predictor is live, so nobody would serve the experiment; start one, or say ?force=true',
  );
}

function notLoaded(lacking: readonly LackingModel[]): DomainError {
  const named = lacking
    .slice(0, NAMED)
    .map(({ replica, address, model, reason }) => `replica ${replica} (${address}) has not loaded ${model}: ${reason}`);
  const more = lacking.length > NAMED ? `; and ${lacking.length - NAMED} more` : '';
  return new DomainError('failed_precondition', named.join('; ') + more, 'variants', undefined, { lacking });
}
