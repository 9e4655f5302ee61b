import { replicaModels } from './replica-models';

const at = '2026-01-02T03:04:05.000Z';
const model = (digest: string) => ({ reference: `m@${digest}`, digest, generation: 0, since: at });
const loaded = (digest: string) => ({ ...model(digest), loadMs: 7 });
const failed = (digest: string) => ({ ...model(digest), reason: 'damaged', attempts: 1, retryAt: at });

describe('what a heartbeat tells of models', () => {
  it('has each model once, in the best of its states', () => {
    const told = replicaModels({
      loaded: [loaded('a'), loaded('b')],
      loading: [model('c')],
      failed: [failed('c'), failed('d')],
      previous: [loaded('a'), loaded('e')],
    });
    expect(Object.fromEntries(told.map(({ digest, state }) => [digest, state]))).toEqual({
      a: 'loaded',
      b: 'loaded',
      c: 'loading',
      d: 'failed',
      e: 'previous',
    });
    expect(told.filter(({ reason }) => reason !== undefined).map(({ digest }) => digest)).toEqual(['d']);
  });

  it('keeps the reason why a loaded model could not be reloaded', () => {
    const told = replicaModels({ loaded: [loaded('a')], loading: [], failed: [failed('a')], previous: [] });
    expect(told).toEqual([{ ...loaded('a'), state: 'loaded', reason: 'damaged' }]);
  });
});
