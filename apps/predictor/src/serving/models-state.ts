import type { FailedModel, HeldModel, LoadingModel, ModelLoads } from './model-loads';

interface ModelOnReplica {
  readonly reference: string;
  readonly digest: string;
  readonly generation: number;
  /** ISO 8601. */
  readonly since: string;
}

export interface LoadedState extends ModelOnReplica {
  readonly loadMs: number;
}

export interface FailedState extends ModelOnReplica {
  readonly reason: string;
  readonly attempts: number;
  /** ISO 8601. */
  readonly retryAt: string;
}

/** What `GET /v1/status` says of models. One whose reload failed is among the loaded and among the failed. */
export interface ModelsState {
  readonly loaded: readonly LoadedState[];
  readonly loading: readonly ModelOnReplica[];
  readonly failed: readonly FailedState[];
  /** Champions that were replaced and are kept for fallback answers, also where they are served otherwise. */
  readonly previous: readonly LoadedState[];
}

export function modelsState(
  served: readonly HeldModel[],
  previous: readonly HeldModel[],
  { current, failed }: Pick<ModelLoads, 'current' | 'failed'>,
): ModelsState {
  return {
    loaded: served.map(loadedState),
    loading: current === undefined ? [] : [onReplica(current)],
    failed: failed.map(failedState),
    previous: previous.map(loadedState),
  };
}

function onReplica({ reference, digest, generation, since }: LoadingModel): ModelOnReplica {
  return { reference, digest, generation, since: since.toISOString() };
}

function loadedState(model: HeldModel): LoadedState {
  return { ...onReplica(model), loadMs: model.loadMs };
}

function failedState({ reason, attempts, retryAt, ...model }: FailedModel): FailedState {
  return { ...onReplica(model), reason, attempts, retryAt: retryAt.toISOString() };
}
