import { bundleModel } from '../../../libs/scoring/src/model-bundle.fixture';
import { predictCall } from '../predictor/predict-call';
import { TestApps } from '../setup/test-apps';
import { whenServed } from './registry-calls';

const SWITCHES = 6;

describe('a champion that is switched under load', () => {
  let apps: TestApps;

  beforeAll(async () => {
    // A busy machine must not answer for the switch: nothing is left out because of the load.
    apps = await TestApps.start({ predictor: { QUEUE_TARGET_MS: '60000' } });
    await apps.admin.publishModel(bundleModel('fm', 11).bundle);
  }, 60_000);
  afterAll(() => apps.stop());

  it('gives every caller a whole answer of one of the two models', async () => {
    const digests = new Map([
      ['click-lr', apps.champion.bundle.digest],
      ['click-fm', bundleModel('fm', 11).bundle.digest],
    ]);
    let over = false;
    const seen: string[] = [];
    const scores = new Map<string, string>();
    const caller = async (): Promise<void> => {
      while (!over) {
        const { fallback, model, bundleDigest, pctr } = await apps.ordinary.predict(predictCall());
        expect([fallback, bundleDigest]).toEqual([false, digests.get(model)]);
        const text = JSON.stringify(pctr);
        expect(scores.get(model) ?? text).toBe(text);
        scores.set(model, text);
        seen.push(model);
      }
    };
    const callers = Promise.all(Array.from({ length: 8 }, caller));
    for (let i = 0; i < SWITCHES; i++) {
      const champion = i % 2 === 0 ? 'click-fm' : 'click-lr';
      await apps.admin.labelModel(champion, '1', 'champion');
      await Promise.race([whenServed(apps, `${champion}@1`), callers]);
    }
    over = true;
    await callers;
    expect([...scores.keys()].sort()).toEqual(['click-fm', 'click-lr']);
    expect(seen.length).toBeGreaterThan(100);
    expect((await apps.state()).predictions.fallbacks).toBe(0);
  });
});
