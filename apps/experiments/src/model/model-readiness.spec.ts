import type { ReplicaModel, ReplicaView } from '@adlift/client';
import type { ExperimentsEnvironment } from '../experiments-config';
import type { ReplicaStore } from '../replica/replica-store';
import { ModelReadiness } from './model-readiness';
import { planServing } from './plan-serving';
import type { ServingService } from './serving.service';

const MODEL = { name: 'm', version: '1', kind: 'ctr', digest: 'sha256:1' } as const;
const AT = '2026-01-02T03:04:05.000Z';

function replica(id: string, model?: Partial<ReplicaModel>): ReplicaView {
  const whole = { reference: 'm@1', digest: MODEL.digest, generation: 0, state: 'loaded' as const, since: AT };
  const models = model === undefined ? [] : [{ ...whole, ...model }];
  const rest = { address: `${id}:3001`, software: '1.0.0', live: true, silentSeconds: 0.5, startedAt: AT };
  return { id, ...rest, flagRevision: '', models };
}

/** Readiness as of the replicas that `live` gives at each look; `wanted` as somebody asked by hand. */
function readiness(waitMs: number, live: () => ReplicaView[], wanted = true, generation = 0): ModelReadiness {
  const requests = [{ ...MODEL, wanted, generation }];
  const facts = { versions: [MODEL], labels: [], policies: [], requests, uses: [] };
  return new ModelReadiness(
    { plan: () => Promise.resolve(planServing(facts)) } as Partial<ServingService> as ServingService,
    { live: () => Promise.resolve(live()) } as Partial<ReplicaStore> as ReplicaStore,
    { START_WAIT_MS: waitMs } as ExperimentsEnvironment,
  );
}

const LONG_MS = 60_000;
const careful = { force: false };

describe('the readiness of replicas', () => {
  it('comes when the last of them has loaded the model', async () => {
    let looks = 0;
    const live = (): ReplicaView[] => [
      replica('a', {}),
      replica('b', looks++ < 2 ? { state: looks === 1 ? 'loading' : 'previous' } : {}),
    ];
    await readiness(LONG_MS, live).require(['m@1'], careful);
    expect(looks).toBe(3);
  });

  it('is refused at once when every load that lacks has failed, naming all of them', async () => {
    const failed = { state: 'failed', reason: 'damaged' } as const;
    const live = (): ReplicaView[] => [replica('a', failed), replica('b', {}), replica('c', failed)];
    await expect(readiness(LONG_MS, live).require(['m@1'], careful)).rejects.toMatchObject({
      code: 'failed_precondition',
      message: 'replica a (a:3001) has not loaded m@1: damaged; replica c (c:3001) has not loaded m@1: damaged',
      members: { lacking: [{ replica: 'a', state: 'failed' }, { replica: 'c' }] },
    });
  });

  it('waits for a load that failed before a reload was asked for', async () => {
    const live = (): ReplicaView[] => [replica('a', { state: 'failed', reason: 'damaged' })];
    await expect(readiness(1, live, true, 1).require(['m@1'], careful)).rejects.toMatchObject({
      members: { lacking: [{ state: 'loading' }] },
    });
  });

  it('is refused after the time when a replica says nothing of the model, with how long ago it spoke', async () => {
    await expect(readiness(1, () => [replica('a')]).require(['m@1'], careful)).rejects.toThrow(
      'replica a (a:3001) has not loaded m@1: it knows nothing of it, as of 0.5 s ago',
    );
  });

  it('is refused at once for a model that nobody is to load', async () => {
    await expect(readiness(LONG_MS, () => [replica('a', {})], false).require(['m@1'], careful)).rejects.toThrow(
      'm@1 is not to be loaded: unloaded by hand; ask for it first (POST /v1/models/m/versions/1/load)',
    );
  });

  it('is forced only where no replica lives', async () => {
    await expect(readiness(1, () => []).require(['m@1'], careful)).rejects.toThrow('no predictor is live');
    await readiness(1, () => []).require(['m@1'], { force: true });
    await expect(readiness(1, () => [replica('a')]).require(['m@1'], { force: true })).rejects.toThrow('replica a');
  });

  it('is given up when the app ends', async () => {
    const service = readiness(LONG_MS, () => []);
    const waiting = service.require(['m@1'], careful);
    service.beforeApplicationShutdown();
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
  });
});
