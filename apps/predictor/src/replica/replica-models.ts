import type { ReplicaModel } from '@adlift/client';
import type { ModelsState } from '../serving/models-state';

/** What a heartbeat tells of models: one entry a digest, the best of its states, with the reason of a failed load. */
export function replicaModels({ loaded, loading, failed, previous }: ModelsState): ReplicaModel[] {
  const models = new Map<string, ReplicaModel>();
  for (const { reference, digest, generation, since, loadMs } of previous)
    models.set(digest, { reference, digest, generation, state: 'previous', since, loadMs });
  for (const { reference, digest, generation, since, reason } of failed)
    models.set(digest, { reference, digest, generation, state: 'failed', since, reason });
  for (const { reference, digest, generation, since } of loading)
    models.set(digest, { reference, digest, generation, state: 'loading', since });
  for (const { reference, digest, generation, since, loadMs } of loaded) {
    const reason = failed.find((one) => one.digest === digest)?.reason;
    models.set(digest, {
      reference,
      digest,
      generation,
      state: 'loaded',
      since,
      loadMs,
      ...(reason === undefined ? {} : { reason }),
    });
  }
  return [...models.values()];
}
