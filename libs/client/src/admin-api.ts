import type { AuditFilter, AuditPage, KeyView, MadeKey } from './access';
import type { AdEntry, AdState, CatalogueChange } from './ads';
import type { ErasedUnit } from './erased-unit';
import type { ModelView, PolicyView, ReplicaView, ServingPolicy } from './models';
import type { AaQuestion, AaReport, PowerPlan, PowerQuestion } from './planning';
import type { RejectedEventFilter, RejectedEventPage } from './rejected-events';
import type { ExperimentState, Report } from './report';
import type { SampleFilter, SamplePage } from './samples';
import type { ShadowReport } from './shadow-report';
import type { SliceReport } from './slices';

/** An experiment as the admin API shows it. */
export interface ExperimentView {
  readonly key: string;
  readonly source: 'flag' | 'import';
  readonly state: ExperimentState;
  readonly phase: number;
  readonly design: { readonly variants: readonly { readonly name: string; readonly control: boolean }[] };
}

/** The answer of an API said no; `detail` is what it said. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    /** Path of the field that is at fault, where there is one. */
    readonly field?: string,
  ) {
    super(detail);
    this.name = 'ApiError';
  }
}

/** A bundle to be registered: its manifest and its files by path. */
export interface PublishableBundle {
  readonly manifest: {
    readonly name: string;
    readonly version: string;
    readonly files: Readonly<Record<string, { readonly sha256: string }>>;
  };
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly digest: string;
}

/** The admin API of the experiments app. Every call rejects with {@link ApiError}, or TypeError when nobody answers. */
export class AdminApi {
  private readonly authorization: Readonly<Record<string, string>>;

  /** `key` has the grant `admin`; none where access is open. */
  constructor(
    private readonly url: string,
    key?: string,
  ) {
    this.authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  }

  async experiments(): Promise<readonly ExperimentView[]> {
    const { experiments } = await this.call<{ experiments: ExperimentView[] }>('GET', '/v1/experiments');
    return experiments;
  }

  /** How large an experiment must be, by the traffic of the last days. */
  planPower(question: PowerQuestion): Promise<PowerPlan> {
    return this.call('POST', '/v1/planning/power', question);
  }

  /** How often each metric sees a difference where there is none, by the traffic of the last days. */
  replayAa(question: AaQuestion): Promise<AaReport> {
    return this.call('POST', '/v1/planning/aa', question);
  }

  /** The rates of the report cut by what was counted, or by one dimension. */
  slices(key: string, dimension?: string): Promise<SliceReport> {
    const query = dimension === undefined ? '' : `?dimension=${encodeURIComponent(dimension)}`;
    return this.call('GET', `/v1/experiments/${encodeURIComponent(key)}/slices${query}`);
  }

  /** Candidates behind a report, the newest first. */
  samples(key: string, filter: SampleFilter = {}): Promise<SamplePage> {
    const query = new URLSearchParams({ ...filter });
    return this.call('GET', `/v1/experiments/${encodeURIComponent(key)}/samples?${query.toString()}`);
  }

  createExperiment(body: unknown): Promise<ExperimentView> {
    return this.call('POST', '/v1/experiments', body);
  }

  /** Waits until every live replica has the models; `force` starts even when there is no live replica. */
  startExperiment(key: string, { force = false }: { force?: boolean } = {}): Promise<ExperimentView> {
    return this.call('POST', `/v1/experiments/${encodeURIComponent(key)}/start${force ? '?force=true' : ''}`);
  }

  stopExperiment(key: string): Promise<ExperimentView> {
    return this.call('POST', `/v1/experiments/${encodeURIComponent(key)}/stop`);
  }

  /** Agrees to the experiment's traffic as its second person. */
  approveExperiment(key: string, reason = ''): Promise<ExperimentView> {
    return this.call('POST', `/v1/experiments/${encodeURIComponent(key)}/approve`, { reason });
  }

  report(key: string): Promise<Report> {
    return this.call('GET', `/v1/experiments/${encodeURIComponent(key)}/report`);
  }

  /** The experiment's shadow variants beside what was served. */
  shadowReport(key: string): Promise<ShadowReport> {
    return this.call('GET', `/v1/experiments/${encodeURIComponent(key)}/shadow`);
  }

  /** Uploads the files, registers the manifest; with a label such as `champion` moves that too. */
  async publishModel({ manifest, files, digest }: PublishableBundle, label?: string): Promise<void> {
    for (const [path, { sha256 }] of Object.entries(manifest.files)) {
      const bytes = files.get(path);
      if (bytes === undefined) throw new RangeError(`the bundle ${digest} lacks its file ${path}`);
      await this.send('PUT', `/v1/models/files/${sha256}`, 'application/octet-stream', bytes);
    }
    await this.call('POST', '/v1/models', manifest);
    if (label !== undefined) await this.call('PUT', `/v1/models/${manifest.name}/${manifest.version}/labels/${label}`);
  }

  /** All model versions, oldest first. */
  async models(): Promise<readonly ModelView[]> {
    const { models } = await this.call<{ models: ModelView[] }>('GET', '/v1/models');
    return models;
  }

  /** Asks every replica to load the version, to let go of it, or to verify and load it anew; they follow in seconds. */
  requestModel(action: 'load' | 'unload' | 'reload', name: string, version: string): Promise<ModelView> {
    return this.call('POST', `${versionPath(name, version)}/${action}`);
  }

  labelModel(name: string, version: string, label: string): Promise<void> {
    return this.call('PUT', `${versionPath(name, version)}/labels/${encodeURIComponent(label)}`);
  }

  unlabelModel(name: string, version: string, label: string): Promise<void> {
    return this.call('DELETE', `${versionPath(name, version)}/labels/${encodeURIComponent(label)}`);
  }

  modelPolicy(name: string): Promise<PolicyView> {
    return this.call('GET', `/v1/models/${encodeURIComponent(name)}/policy`);
  }

  /** Without a policy the default one is in force again. */
  setModelPolicy(name: string, policy?: ServingPolicy): Promise<PolicyView> {
    const path = `/v1/models/${encodeURIComponent(name)}/policy`;
    return policy === undefined ? this.call('DELETE', path) : this.call('PUT', path, { policy });
  }

  async replicas(): Promise<readonly ReplicaView[]> {
    const { replicas } = await this.call<{ replicas: ReplicaView[] }>('GET', '/v1/replicas');
    return replicas;
  }

  /** Puts 1 to 10,000 ads into the catalogue, all or none; the features given replace those that an ad had. */
  putAds(ads: readonly AdEntry[]): Promise<CatalogueChange> {
    return this.call('PUT', '/v1/ads', { ads });
  }

  removeAd(adId: string): Promise<CatalogueChange> {
    return this.call('DELETE', `/v1/ads/${encodeURIComponent(adId)}`);
  }

  /** The ad as of a version of the catalogue, by default now. */
  ad(adId: string, version?: number): Promise<AdState> {
    const query = version === undefined ? '' : `?version=${version}`;
    return this.call('GET', `/v1/ads/${encodeURIComponent(adId)}${query}`);
  }

  /** Events that were reported and did not count, a page of them, the newest first. */
  rejectedEvents(filter: RejectedEventFilter = {}): Promise<RejectedEventPage> {
    return this.call('GET', `/v1/events/rejected?${new URLSearchParams({ ...filter }).toString()}`);
  }

  /** Notes that these were sent again and taken. */
  async noteReplayed(ids: readonly string[]): Promise<void> {
    await this.call('POST', '/v1/events/rejected/replayed', { ids });
  }

  /** Erases what is stored of a unit; what it had counted stays in the sums, without its name. */
  eraseUnit(unit: string): Promise<ErasedUnit> {
    return this.call('DELETE', `/v1/units/${encodeURIComponent(unit)}`);
  }

  /** All keys that were made here, revoked ones too. */
  async keys(): Promise<readonly KeyView[]> {
    const { keys } = await this.call<{ keys: KeyView[] }>('GET', '/v1/keys');
    return keys;
  }

  /** `expiresAt` in ISO 8601. */
  makeKey(key: { name: string; grants: readonly string[]; expiresAt?: string }): Promise<MadeKey> {
    return this.call('POST', '/v1/keys', key);
  }

  revokeKey(id: string): Promise<KeyView> {
    return this.call('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
  }

  /** A page of what was changed, the newest first. */
  audit(filter: AuditFilter = {}): Promise<AuditPage> {
    return this.call('GET', `/v1/audit?${new URLSearchParams({ ...filter }).toString()}`);
  }

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const text = await this.send(
      method,
      path,
      'application/json',
      body === undefined ? undefined : JSON.stringify(body),
    );
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  private async send(
    method: string,
    path: string,
    type: string,
    body: string | Uint8Array | undefined,
  ): Promise<string> {
    const answer = await fetch(this.url + path, {
      method,
      ...(body === undefined
        ? { headers: this.authorization }
        : {
            headers: { ...this.authorization, 'content-type': type },
            body: typeof body === 'string' ? body : Buffer.from(body),
          }),
    });
    const text = await answer.text();
    if (answer.ok) return text;
    let problem: { code?: string; detail?: string; field?: string } = {};
    try {
      problem = JSON.parse(text) as typeof problem;
    } catch {
      // A proxy in between may answer in its own format.
    }
    throw new ApiError(
      answer.status,
      problem.code ?? 'unknown',
      problem.detail ?? `${method} ${path} answered ${answer.status}: ${text.slice(0, 200)}`,
      problem.field,
    );
  }
}

function versionPath(name: string, version: string): string {
  return `/v1/models/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`;
}
