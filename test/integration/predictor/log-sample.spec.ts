import { proto } from '@adlift/wire';
import { inSample } from '../../../apps/predictor/src/predict/prediction-sample';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { predictCall } from './predict-call';

const RATE = 0.3;
const REQUESTS = 120;

describe('a prediction log of a part of the requests', () => {
  let apps: TestApps;

  beforeAll(async () => {
    // What waits for other suites on the same processors is no load to leave the log out for.
    apps = await TestApps.start({ predictor: { PREDICTION_LOG_RATE: String(RATE), QUEUE_TARGET_MS: '5000' } });
  }, 60_000);
  afterAll(() => apps.stop());

  it('has those that the prediction id draws, and answers, tokens and events tell its rate', async () => {
    const answers = await Promise.all(Array.from({ length: REQUESTS }, () => apps.ordinary.predict(predictCall())));
    const drawn = answers.map(({ predictionId }) => predictionId).filter((id) => inSample('log', id, RATE));
    expect(answers.filter(({ logged }) => logged).map(({ predictionId }) => predictionId)).toEqual(drawn);
    expect(drawn.length).toBeGreaterThan(0);
    expect(drawn.length).toBeLessThan(REQUESTS);
    expect(answers.every(({ logRate }) => logRate === RATE)).toBe(true);

    const events = answers.map(({ tokens }) => ({ kind: proto.v1.EventKind.IMPRESSION, token: tokens[0]?.token }));
    await apps.ordinary.recordEvents(events);
    const stored = await until('the impressions to be stored', async () => {
      const found = await rows<{ id: string; logged: boolean; log_rate: number }>(
        apps.database.url,
        'SELECT prediction_id AS id, logged, log_rate FROM impression',
      );
      return found.length === REQUESTS && found;
    });
    for (const { id, logged, log_rate } of stored) expect([logged, log_rate]).toEqual([drawn.includes(id), RATE]);

    const kept = await until('the log rows to be stored', async () => {
      const found = await rows<{ id: string; log_rate: number }>(
        apps.database.url,
        'SELECT prediction_id AS id, log_rate FROM prediction',
      );
      return found.length >= drawn.length && found;
    });
    expect(new Set(kept.map(({ id }) => id))).toEqual(new Set(drawn));
    expect(kept.every(({ log_rate }) => log_rate === RATE)).toBe(true);
  });

  it('counts no answer as missing from it that was not drawn', async () => {
    expect((await apps.state()).predictions.unlogged).toBe(0);
  });
});
