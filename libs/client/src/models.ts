/** Which versions of a model name predictors shall hold; exactly one of the fields is set. */
export interface ServingPolicy {
  /** The newest registered versions, by number. */
  readonly latest?: { readonly versions: number };
  readonly specific?: { readonly versions: readonly string[] };
  /** Whatever versions have one of these labels. */
  readonly labels?: readonly string[];
}

/** `previous`: a champion that was replaced and is kept for fallback answers. */
export type LoadState = 'loading' | 'loaded' | 'failed' | 'previous';

/** A model on one replica, as the replica tells it. */
export interface ReplicaModel {
  /** "name@version". */
  readonly reference: string;
  readonly digest: string;
  readonly generation: number;
  readonly state: LoadState;
  /** ISO 8601. */
  readonly since: string;
  /** How long the load took; only of what is loaded. */
  readonly loadMs?: number;
  /** Why the last load failed; a loaded model may have one from a reload. */
  readonly reason?: string;
}

/** A predictor process, as `GET /v1/replicas` shows it. */
export interface ReplicaView {
  readonly id: string;
  readonly address: string;
  /** Version of the software. */
  readonly software: string;
  /** Whether it was heard of lately enough to count. */
  readonly live: boolean;
  /** Seconds since it was heard of. */
  readonly silentSeconds: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Digest of the states of its experiments' flags. */
  readonly flagRevision: string;
  readonly models: readonly ReplicaModel[];
}

/** A registered model version, as `GET /v1/models` lists it; `digest` is the identity of its bundle. */
export interface ModelView {
  readonly name: string;
  readonly version: string;
  readonly kind: 'ctr' | 'cvr';
  readonly digest: string;
  readonly labels: readonly string[];
  /** The policy of the model's name. */
  readonly policy: ServingPolicy;
  /** Whether predictors shall hold it, and why or why not. */
  readonly wanted: boolean;
  readonly reasons: readonly string[];
  /** Grows with every reload. */
  readonly generation: number;
  /** Its state on each live replica that knows of it. */
  readonly replicas: readonly (Omit<ReplicaModel, 'reference' | 'digest'> & { readonly replica: string })[];
}

/** The policy of a model name; `isDefault` says that none was set. */
export interface PolicyView {
  readonly name: string;
  readonly policy: ServingPolicy;
  readonly isDefault: boolean;
}
