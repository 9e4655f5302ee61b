import type { AuditFilter, AuditPage, KeyView, MadeKey } from './access';
import type { AdEntry, AdState, CatalogueChange } from './ads';
import { ModelApi } from './model-api';
import type { ErasedUnit } from './erased-unit';
import type { MetricView, NewMetric } from './metrics';
import type { AaQuestion, AaReport, PowerPlan, PowerQuestion } from './planning';
import type { RejectedEventFilter, RejectedEventPage } from './rejected-events';
import type { AssignmentExplanation, ExperimentPage, ExperimentView, PhaseView, RevisionView } from './experiments';
import type { HoldoutView, LayerView } from './layers';
import type { ArmTotals, Report } from './report';
import type { SampleFilter, SamplePage } from './samples';
import type { ShadowReport } from './shadow-report';
import type { SliceReport } from './slices';

/** Conditions of a change. */
export interface StepOptions {
  readonly reason?: string;
  /** The revision that was looked at; another one is refused. */
  readonly ifRevision?: number;
  /** Does nothing, and says what would be and what Unleash would be asked for. */
  readonly dryRun?: boolean;
  /** Start and resume also when no predictor is live. */
  readonly force?: boolean;
}

/** Steps of an experiment's life that need nothing but a reason. */
export type PlainStep =
  'ready' | 'unschedule' | 'pause' | 'resume' | 'resync' | 'stop' | 'conclude' | 'abort' | 'archive';

/** The admin API of the experiments app. Every call rejects with ApiError, or TypeError when nobody answers. */
export class AdminApi extends ModelApi {
  /** All experiments but archived ones, in the order in which they were made. */
  async experiments(): Promise<readonly ExperimentView[]> {
    const all: ExperimentView[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: ExperimentPage = await this.api.call(
        'GET',
        `/v1/experiments?limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      all.push(...page.experiments);
      cursor = page.nextCursor;
    }
    return all;
  }

  experiment(key: string): Promise<ExperimentView> {
    return this.api.call('GET', experimentPath(key));
  }

  /** Every version of every metric. */
  async metrics(): Promise<readonly MetricView[]> {
    const { metrics } = await this.api.call<{ metrics: MetricView[] }>('GET', '/v1/metrics');
    return metrics;
  }

  /** Defines a metric, or a further version of it. */
  defineMetric(metric: NewMetric): Promise<MetricView> {
    return this.api.call('POST', '/v1/metrics', metric);
  }

  /** How large an experiment must be, by the traffic of the last days. */
  planPower(question: PowerQuestion): Promise<PowerPlan> {
    return this.api.call('POST', '/v1/planning/power', question);
  }

  /** How often each metric sees a difference where there is none, by the traffic of the last days. */
  replayAa(question: AaQuestion): Promise<AaReport> {
    return this.api.call('POST', '/v1/planning/aa', question);
  }

  /** The rates of the report, or all, cut by what was counted or by one dimension. */
  slices(key: string, dimension?: string, metrics: 'design' | 'all' = 'design'): Promise<SliceReport> {
    const query = new URLSearchParams({ metrics, ...(dimension !== undefined && { dimension }) });
    return this.api.call('GET', `${experimentPath(key)}/slices?${query.toString()}`);
  }

  /** Candidates behind a report, the newest first. */
  samples(key: string, filter: SampleFilter = {}): Promise<SamplePage> {
    const query = new URLSearchParams({ ...filter });
    return this.api.call('GET', `/v1/experiments/${encodeURIComponent(key)}/samples?${query.toString()}`);
  }

  createExperiment(body: unknown): Promise<ExperimentView> {
    return this.api.call('POST', '/v1/experiments', body);
  }

  /** Replaces the given parts of a draft: description, design, schedule. */
  editExperiment(key: string, changes: unknown, { ifRevision }: StepOptions = {}): Promise<ExperimentView> {
    return this.api.call('PATCH', experimentPath(key), changes, ifMatch(ifRevision));
  }

  cloneExperiment(key: string, newKey: string): Promise<ExperimentView> {
    return this.api.call('POST', `${experimentPath(key)}/clone`, { key: newKey });
  }

  /** Waits until every live replica has the models. */
  startExperiment(key: string, options: StepOptions = {}): Promise<ExperimentView> {
    return this.step(key, 'start', {}, options);
  }

  /** Takes one of the plain steps of its life. */
  stepExperiment(key: string, step: PlainStep, options: StepOptions = {}): Promise<ExperimentView> {
    return this.step(key, step, {}, options);
  }

  /** Has it start by itself; `startAt` in ISO 8601, by default that of its schedule. */
  scheduleExperiment(key: string, startAt?: string, options: StepOptions = {}): Promise<ExperimentView> {
    return this.step(key, 'schedule', startAt === undefined ? {} : { startAt }, options);
  }

  /** Moves the share of all units, percent. */
  rampExperiment(key: string, rollout: number, options: StepOptions = {}): Promise<ExperimentView> {
    return this.step(key, 'ramp', { rollout }, options);
  }

  /** Changes what may change of a started experiment: description, schedule, weights and models of variants. */
  amendExperiment(key: string, changes: object, options: StepOptions & { reason: string }): Promise<ExperimentView> {
    return this.step(key, 'amend', changes, options);
  }

  /** Ends the traffic. */
  stopExperiment(key: string, options: StepOptions = {}): Promise<ExperimentView> {
    return this.step(key, 'stop', {}, options);
  }

  async phases(key: string): Promise<readonly PhaseView[]> {
    const { phases } = await this.api.call<{ phases: PhaseView[] }>('GET', `${experimentPath(key)}/phases`);
    return phases;
  }

  /** Every change, the newest first. */
  async revisions(key: string): Promise<readonly RevisionView[]> {
    const { revisions } = await this.api.call<{ revisions: RevisionView[] }>('GET', `${experimentPath(key)}/revisions`);
    return revisions;
  }

  /** Where the experiment's flag puts the unit, and how that is computed. */
  explainAssignment(experiment: string, unitId: string): Promise<AssignmentExplanation> {
    return this.api.call('POST', '/v1/assignments/explain', { experiment, unitId });
  }

  /** Layers that experiments hold slots of, and what is free of each. */
  async layers(): Promise<readonly LayerView[]> {
    const { layers } = await this.api.call<{ layers: LayerView[] }>('GET', '/v1/layers');
    return layers;
  }

  holdout(): Promise<HoldoutView> {
    return this.api.call('GET', '/v1/holdout');
  }

  /** Keeps `percent` of all units, 0 to 50, out of every experiment. */
  setHoldout(percent: number, reason: string): Promise<HoldoutView> {
    return this.api.call('PUT', '/v1/holdout', { percent, reason });
  }

  /** Agrees to the experiment's traffic as its second person. */
  approveExperiment(key: string, reason = ''): Promise<ExperimentView> {
    return this.api.call('POST', `/v1/experiments/${encodeURIComponent(key)}/approve`, { reason });
  }

  /** With the classic metrics and those that the design names, or with `all`. */
  report(key: string, metrics: 'design' | 'all' = 'design'): Promise<Report> {
    return this.api.call('GET', `${experimentPath(key)}/report${metrics === 'all' ? '?metrics=all' : ''}`);
  }

  /** Says what an ad server has sent of the experiment's present phase, all told. */
  tellTotals(experiment: string, totals: readonly ArmTotals[]): Promise<void> {
    return this.api.call('POST', '/v1/events/totals', { experiment, totals });
  }

  /** The experiment's shadow variants beside what was served. */
  shadowReport(key: string): Promise<ShadowReport> {
    return this.api.call('GET', `/v1/experiments/${encodeURIComponent(key)}/shadow`);
  }

  /** Puts 1 to 10,000 ads into the catalogue, all or none; the features given replace those that an ad had. */
  putAds(ads: readonly AdEntry[]): Promise<CatalogueChange> {
    return this.api.call('PUT', '/v1/ads', { ads });
  }

  removeAd(adId: string): Promise<CatalogueChange> {
    return this.api.call('DELETE', `/v1/ads/${encodeURIComponent(adId)}`);
  }

  /** The ad as of a version of the catalogue, by default now. */
  ad(adId: string, version?: number): Promise<AdState> {
    const query = version === undefined ? '' : `?version=${version}`;
    return this.api.call('GET', `/v1/ads/${encodeURIComponent(adId)}${query}`);
  }

  /** Events that were reported and did not count, a page of them, the newest first. */
  rejectedEvents(filter: RejectedEventFilter = {}): Promise<RejectedEventPage> {
    return this.api.call('GET', `/v1/events/rejected?${new URLSearchParams({ ...filter }).toString()}`);
  }

  /** Notes that these were sent again and taken. */
  async noteReplayed(ids: readonly string[]): Promise<void> {
    await this.api.call('POST', '/v1/events/rejected/replayed', { ids });
  }

  /** Erases what is stored of a unit; what it had counted stays in the sums, without its name. */
  eraseUnit(unit: string): Promise<ErasedUnit> {
    return this.api.call('DELETE', `/v1/units/${encodeURIComponent(unit)}`);
  }

  /** All keys that were made here, revoked ones too. */
  async keys(): Promise<readonly KeyView[]> {
    const { keys } = await this.api.call<{ keys: KeyView[] }>('GET', '/v1/keys');
    return keys;
  }

  /** `expiresAt` in ISO 8601. */
  makeKey(key: { name: string; grants: readonly string[]; expiresAt?: string }): Promise<MadeKey> {
    return this.api.call('POST', '/v1/keys', key);
  }

  revokeKey(id: string): Promise<KeyView> {
    return this.api.call('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
  }

  /** A page of what was changed, the newest first. */
  audit(filter: AuditFilter = {}): Promise<AuditPage> {
    return this.api.call('GET', `/v1/audit?${new URLSearchParams({ ...filter }).toString()}`);
  }

  private step(
    key: string,
    step: string,
    body: object,
    { reason, ifRevision, dryRun = false, force = false }: StepOptions,
  ): Promise<ExperimentView> {
    const query = new URLSearchParams({
      ...(dryRun && { dryRun: 'true' }),
      ...(force && { force: 'true' }),
    }).toString();
    const path = `${experimentPath(key)}/${step}${query === '' ? '' : `?${query}`}`;
    return this.api.call('POST', path, { ...body, ...(reason === undefined ? {} : { reason }) }, ifMatch(ifRevision));
  }
}

function experimentPath(key: string): string {
  return `/v1/experiments/${encodeURIComponent(key)}`;
}

function ifMatch(revision: number | undefined): Record<string, string> {
  return revision === undefined ? {} : { 'if-match': `"${revision}"` };
}
