import { ApiConnection } from './api-connection';
import type { ModelView, PolicyView, ReplicaView, ServingPolicy } from './models';

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

/** Models, as the admin API keeps them, and who serves them. Every call rejects as that of AdminApi does. */
export class ModelApi {
  protected readonly api: ApiConnection;

  /** `key` has the grant `admin`, or roles that allow what is called; none where access is open. */
  constructor(url: string, key?: string) {
    this.api = new ApiConnection(url, key);
  }

  /** Uploads the files, registers the manifest; with a label such as `champion` moves that too. */
  async publishModel({ manifest, files, digest }: PublishableBundle, label?: string): Promise<void> {
    for (const [path, { sha256 }] of Object.entries(manifest.files)) {
      const bytes = files.get(path);
      if (bytes === undefined) throw new RangeError(`the bundle ${digest} lacks its file ${path}`);
      await this.api.send('PUT', `/v1/models/files/${sha256}`, 'application/octet-stream', bytes);
    }
    await this.api.call('POST', '/v1/models', manifest);
    if (label !== undefined)
      await this.api.call('PUT', `/v1/models/${manifest.name}/${manifest.version}/labels/${label}`);
  }

  /** All model versions, oldest first. */
  async models(): Promise<readonly ModelView[]> {
    const { models } = await this.api.call<{ models: ModelView[] }>('GET', '/v1/models');
    return models;
  }

  /** Asks every replica to load the version, to let go of it, or to verify and load it anew; they follow in seconds. */
  requestModel(action: 'load' | 'unload' | 'reload', name: string, version: string): Promise<ModelView> {
    return this.api.call('POST', `${versionPath(name, version)}/${action}`);
  }

  labelModel(name: string, version: string, label: string): Promise<void> {
    return this.api.call('PUT', `${versionPath(name, version)}/labels/${encodeURIComponent(label)}`);
  }

  unlabelModel(name: string, version: string, label: string): Promise<void> {
    return this.api.call('DELETE', `${versionPath(name, version)}/labels/${encodeURIComponent(label)}`);
  }

  modelPolicy(name: string): Promise<PolicyView> {
    return this.api.call('GET', `/v1/models/${encodeURIComponent(name)}/policy`);
  }

  /** Without a policy the default one is in force again. */
  setModelPolicy(name: string, policy?: ServingPolicy): Promise<PolicyView> {
    const path = `/v1/models/${encodeURIComponent(name)}/policy`;
    return policy === undefined ? this.api.call('DELETE', path) : this.api.call('PUT', path, { policy });
  }

  async replicas(): Promise<readonly ReplicaView[]> {
    const { replicas } = await this.api.call<{ replicas: ReplicaView[] }>('GET', '/v1/replicas');
    return replicas;
  }
}

function versionPath(name: string, version: string): string {
  return `/v1/models/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`;
}
