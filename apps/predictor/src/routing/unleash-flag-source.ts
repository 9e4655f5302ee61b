import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Unleash, UnleashEvents } from 'unleash-client';
import { HOLDOUT_FLAG, parsePlan, type EvaluatedVariant } from '@adlift/assignment';
import type { Json } from '@adlift/wire';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import { FlagSource, type ExperimentFlag, type UnitKind } from './flag-source';

/** Flags by unleash-client: polled, evaluated in memory, kept in a backup file for a start without the server. */
@Injectable()
export class UnleashFlagSource extends FlagSource implements OnApplicationShutdown {
  private readonly logger = new Logger('flags');
  private readonly unleash: Unleash;
  private current: readonly ExperimentFlag[] = [];
  private holdoutShare = 0;
  private refreshedAt: number | undefined;
  private lastError: string | undefined;
  private readonly listeners: (() => void)[] = [];

  constructor(@Inject(PREDICTOR_CONFIG) config: PredictorEnvironment) {
    super();
    const backupPath = join(resolve(config.ADLIFT_HOME), 'flags');
    mkdirSync(backupPath, { recursive: true });
    this.unleash = new Unleash({
      appName: 'adlift-predictor',
      url: `${config.UNLEASH_URL}/api/`,
      customHeaders: { Authorization: config.UNLEASH_CLIENT_TOKEN },
      refreshInterval: config.UNLEASH_REFRESH_MS,
      backupPath,
      skipInstanceCountWarning: true,
    });
    const update = (): void => {
      const definitions = this.unleash.getFeatureToggleDefinitions();
      this.current = readFlags(definitions);
      this.holdoutShare = readHoldoutShare(definitions);
      this.refreshedAt = Date.now();
      this.lastError = undefined;
      for (const listener of this.listeners) listener();
    };
    this.unleash.on(UnleashEvents.Ready, update);
    this.unleash.on(UnleashEvents.Changed, update);
    this.unleash.on(UnleashEvents.Unchanged, () => (this.refreshedAt = Date.now()));
    this.unleash.on(UnleashEvents.Synchronized, update);
    this.unleash.on(UnleashEvents.Error, (error: Error) => this.complain(error.message));
    this.unleash.on(UnleashEvents.Warn, (message: unknown) => this.complain(String(message)));
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  flags(): readonly ExperimentFlag[] {
    return this.current;
  }

  evaluate(experiment: string, unitId: string, routing: Readonly<Record<string, string>>): EvaluatedVariant {
    const variant = this.unleash.getVariant(experiment, { userId: unitId, properties: { ...routing } });
    return variant.payload === undefined
      ? { name: variant.name, enabled: variant.enabled }
      : { name: variant.name, enabled: variant.enabled, payload: { value: variant.payload.value } };
  }

  heldOut(unitId: string): boolean {
    return this.holdoutShare > 0 && this.unleash.isEnabled(HOLDOUT_FLAG, { userId: unitId });
  }

  heldOutShare(): number {
    return this.holdoutShare;
  }

  state(): { synchronized: boolean; refreshedAt: number | undefined; lastError: string | undefined } {
    return { synchronized: this.unleash.isSynchronized(), refreshedAt: this.refreshedAt, lastError: this.lastError };
  }

  onApplicationShutdown(): void {
    this.unleash.destroy();
  }

  private complain(message: string): void {
    // The client repeats itself at every poll; one line per distinct trouble is enough.
    if (message !== this.lastError) this.logger.warn(`flag service: ${message}`);
    this.lastError = message;
  }
}

/** All variants of an experiment have the same. */
function unitOf(payloads: ReadonlyMap<string, string>): UnitKind {
  const [first] = payloads.values();
  return parsePlan(first)?.unit ?? 'user';
}

type Definition = NonNullable<ReturnType<Unleash['getFeatureToggleDefinition']>>;

function findHoldout(definitions: readonly Definition[]): Definition | undefined {
  return definitions.find(({ name, enabled }) => name === HOLDOUT_FLAG && enabled);
}

/** Of its first strategy, the only one that Adlift makes; where there is none the flag is on for everyone. */
function readHoldoutShare(definitions: readonly Definition[]): number {
  const holdout = findHoldout(definitions);
  if (holdout === undefined) return 0;
  const rollout: unknown = holdout.strategies?.[0]?.parameters?.['rollout'];
  return rollout === undefined ? 1 : Number(rollout) / 100;
}

function readFlags(definitions: readonly Definition[]): ExperimentFlag[] {
  const holdout = findHoldout(definitions);
  return definitions
    .filter((flag) => flag.type === 'experiment' && flag.enabled)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((flag) => {
      const parents = (flag.dependencies ?? []).map(({ feature }) => definitions.find(({ name }) => name === feature));
      const variants = (flag.strategies ?? []).flatMap((strategy) => strategy.variants ?? []);
      const payloads = new Map(variants.map(({ name, payload }) => [name, payload?.value ?? '']));
      return {
        experiment: flag.name,
        // Through JSON, so that the digest is of what a reader of the stored flag sees.
        definition: JSON.parse(JSON.stringify({ flag, parents, holdout })) as Json,
        payloads,
        unit: unitOf(payloads),
      };
    });
}
