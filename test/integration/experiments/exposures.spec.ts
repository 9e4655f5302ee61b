import { Ledger } from '@adlift/ledger';
import { proto } from '@adlift/wire';
import { eventOf, fact, noise } from '../ledger/ledger-facts';
import { predictCall } from '../predictor/predict-call';
import { rows } from '../setup/rows';
import { KEYS, TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { publishTreatment, startExperiment } from './test-experiment';

const KEY = 'exposure-of-units';

describe('exposures of a running experiment', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start({
      ownsFlags: true,
      environment: 'development',
      predictor: { SPOOL_MAX_MB: '16' },
    });
    await publishTreatment(apps);
    await startExperiment(apps, KEY);
  }, 180_000);
  afterAll(() => apps.stop());

  async function assignmentOf(unitId: string, changes: object = {}): Promise<proto.v1.IAssignment & { model: string }> {
    const { assignments, model } = await apps.ordinary.predict(predictCall({ unitId, ...changes }));
    const own = assignments.find(({ experiment }) => experiment === KEY);
    if (own === undefined) throw new Error(`no assignment in ${KEY}`);
    const { experiment, phase, assigned, served, reason, flagDigest } = own;
    return { experiment, phase, assigned, served, reason, flagDigest, model };
  }

  /** Few exposures may wait, so the next unit comes when the last one's is stored. */
  const nothingWaits = (): Promise<unknown> =>
    until('the exposures to be stored', async () => (await apps.state()).ledger.exposures === 0);

  const exposed = async (): Promise<string[]> => {
    const found = await rows<{ unit: string }>(apps.database.url, 'SELECT unit FROM exposure ORDER BY unit');
    return found.map(({ unit }) => unit);
  };

  it('serves each arm by its own model and stores one exposure a unit', async () => {
    const seen = new Map<string, string>();
    for (let i = 0; seen.size < 2 && i < 40; i++) {
      const { assigned, served, reason, phase, model } = await assignmentOf(`first-${i}`);
      expect([reason, phase, served]).toEqual(['split', 1, assigned]);
      seen.set(assigned ?? '', model);
      await nothingWaits();
    }
    expect(Object.fromEntries(seen)).toEqual({ control: 'click-lr', treatment: 'click-fm' });
    for (let i = 0; i < 5; i++) await assignmentOf('first-0');
    await nothingWaits();
    const stored = await exposed();
    expect(stored).toContain('first-0');
    expect(new Set(stored).size).toBe(stored.length);
  });

  it('stores the exposure of a unit whatever its country and device are', async () => {
    const routing = { country: `D\0E${'\u{1F600}'.repeat(60)}`, device: '\0' };
    await assignmentOf('odd-routing', { routing });
    await nothingWaits();
    const stored = await rows(apps.database.url, "SELECT country, device FROM exposure WHERE unit = 'odd-routing'");
    expect(stored).toEqual([{ country: expect.stringMatching(/^DE/) as string, device: '' }]);
  });

  it('stores the flag by its digest before an assignment carries it', async () => {
    const { flagDigest } = await assignmentOf('digest-unit');
    const found = await rows(apps.database.url, 'SELECT experiment FROM flag_snapshot WHERE digest = $1', [flagDigest]);
    expect(found).toEqual([{ experiment: KEY }]);
  });

  it('never counts a forced variant', async () => {
    await nothingWaits();
    const before = await exposed();
    const { assigned, reason, model } = await assignmentOf('forced-unit', { forceVariant: `${KEY}:treatment` });
    expect([assigned, reason, model]).toEqual(['treatment', 'forced', 'click-fm']);
    await nothingWaits();
    expect(await exposed()).toEqual(before);
  });

  it('refuses a forced variant with a foreign currency, and one that names more', async () => {
    const forceVariant = `${KEY}:treatment`;
    await expect(assignmentOf('forced-unit', { forceVariant, currency: 'USD' })).rejects.toThrow(/currency/);
    await expect(assignmentOf('forced-unit', { forceVariant: `${forceVariant}:more` })).rejects.toThrow(
      /force_variant/,
    );
  });

  it('keeps the assigned arm beside the served one when a fallback answers', async () => {
    const { assigned } = await assignmentOf('fallback-unit');
    await apps.post('/v1/faults/kill-scoring-worker', {}, { authorization: `Bearer ${KEYS.player}` });
    expect(await assignmentOf('fallback-unit')).toMatchObject({ assigned, served: '', reason: 'split', model: '' });
    await until('the thread to be replaced', async () => (await apps.state()).scoring.ready);
  });

  it('takes no unit into the experiment whose exposure it cannot keep, counts it and serves the champion', async () => {
    const known = await assignmentOf('first-0');
    await nothingWaits();
    const { unloggedExposures } = (await apps.state()).predictions;
    await apps.way.cut();
    expect(await assignmentOf('outage-spooled')).toMatchObject({ reason: 'split' });
    await fillSpool(apps.predictor.get(Ledger));
    expect(await assignmentOf('outage-full')).toMatchObject({
      ...{ reason: 'exposure_unlogged', assigned: '', phase: 0, model: 'click-lr' },
    });
    expect(await assignmentOf('first-0')).toEqual(known);
    expect((await apps.state()).predictions.unloggedExposures).toBe(unloggedExposures + 1);

    await apps.way.mend();
    await nothingWaits();
    expect((await exposed()).filter((unit) => unit.startsWith('outage'))).toEqual(['outage-spooled']);
    await until('room in the spool', async () => (await assignmentOf('outage-full')).reason === 'split');
  });
});

/** Writes large events until the spool takes no more. */
async function fillSpool(ledger: Ledger): Promise<void> {
  const reason = noise(200_000);
  for (let i = 0; i < 100; i++) {
    const taken = await ledger.record([eventOf(fact(i), 'hide', { reason })], []).then(
      () => true,
      () => false,
    );
    if (!taken) return;
  }
  throw new Error('the spool took 20 MB');
}
