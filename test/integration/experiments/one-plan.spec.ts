import { status } from '@grpc/grpc-js';
import { predictCall } from '../predictor/predict-call';
import { refusal } from '../predictor/raw-grpc';
import { TestApps } from '../setup/test-apps';
import { publishTreatment, startExperiment } from './test-experiment';

const KEY = 'one-plan';

describe('what a running experiment asks of a request', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true, environment: 'production' });
    await publishTreatment(apps);
    await startExperiment(apps, KEY);
  }, 180_000);
  afterAll(() => apps.stop());

  it('refuses bids in another currency, which could not be added up', async () => {
    const foreign = predictCall({ unitId: 'unit-of-another-currency', currency: 'JPY' });
    const error = await refusal(apps.ordinary.predict(foreign));
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(error.details).toContain('counts in EUR, the request bids in JPY');
    const [pending] = [(await apps.state()).ledger.exposures];
    expect(pending).toBe(0);
  });

  it('takes the currency of the experiment where the request names none', async () => {
    const { assignments } = await apps.ordinary.predict(predictCall({ unitId: 'unit-without-currency', currency: '' }));
    expect(assignments.find(({ experiment }) => experiment === KEY)).toMatchObject({ reason: 'split' });
  });

  it('takes any currency outside the experiment', async () => {
    const { assignments } = await apps.ordinary.predict(predictCall({ currency: 'JPY' }));
    expect(assignments.find(({ experiment }) => experiment === KEY)).toMatchObject({ reason: 'no_unit' });
  });
});
