import { FlagSource } from '../../../apps/predictor/src/routing/flag-source';
import { until } from '../setup/until';
import { StepBench } from './step-bench';

describe('changes of a started experiment', () => {
  let bench: StepBench;

  beforeAll(async () => {
    bench = await StepBench.start();
  }, 180_000);
  afterEach(() => bench.endAll());
  afterAll(() => bench.apps.stop());

  it('move the rollout without a new phase, and ask a second person above the limit', async () => {
    const key = 'steps-ramp';
    await bench.started(key, {}, { rollout: 5 });
    expect(await bench.post(`/${key}/ramp`, { rollout: 50 })).toMatchObject({
      status: 200,
      body: { rollout: 50, phase: 1 },
    });
    const refused = await bench.post(`/${key}/ramp`, { rollout: 51 });
    expect(refused).toMatchObject({ status: 409, body: { field: 'approval' } });
    await bench.approve(key, { maxRollout: 80 });
    expect(await bench.post(`/${key}/ramp`, { rollout: 81 })).toMatchObject({ status: 409 });
    expect(await bench.post(`/${key}/ramp`, { rollout: 80 })).toMatchObject({ status: 200, body: { rollout: 80 } });
    for (const rollout of [0, 101, 1.5, '10'])
      expect(await bench.post(`/${key}/ramp`, { rollout })).toMatchObject({ status: 400, body: { field: 'rollout' } });
  });

  it('amend weights and models in a phase of their own, and leave the frozen design as it is', async () => {
    const key = 'steps-amend';
    await bench.started(key);
    const { design, designHash } = (await bench.send('GET', `/${key}`)).body;
    const variants = { control: { weight: 30 }, treatment: { weight: 70 } };
    const amended = await bench.post(`/${key}/amend`, { reason: 'treatment is safe', variants });
    expect(amended).toMatchObject({
      status: 200,
      body: { phase: 2, design, designHash, amended: { variants: [{ weight: 30 }, { weight: 70 }] } },
    });
    const source = bench.apps.predictor.get(FlagSource);
    await until('the predictor to serve phase 2', () =>
      source.flags().some((flag) => flag.experiment === key && flag.payloads.get('control')?.includes('"phase":2')),
    );
    expect(await bench.apps.admin.phases(key)).toMatchObject([
      { closedReason: 'amendment' },
      { weights: { control: 30, treatment: 70 }, reason: 'amendment' },
    ]);
    const sampleRatio = (await bench.apps.admin.report(key)).health.checks.find(({ name }) => name === 'sample_ratio');
    expect(sampleRatio?.detail).toContain('weights 30 : 70');

    for (const [wrong, field] of [
      [{ reason: 'x', variants: { control: { weight: 31 } } }, 'variants'],
      [{ reason: 'x', variants: { nobody: { weight: 31 } } }, 'variants.nobody'],
      [{ reason: 'x', variants: { control: {} } }, 'variants.control'],
      [{ variants }, 'reason'],
      [{ reason: 'x' }, undefined],
    ] as const) {
      const refused = await bench.post(`/${key}/amend`, wrong);
      expect([refused.status, refused.body['field']]).toEqual([400, field]);
    }
    const described = await bench.post(`/${key}/amend`, { reason: 'typo', description: 'better' });
    expect(described.body).toMatchObject({ phase: 2, description: 'better' });
  });

  it('have changed models of much traffic approved before they serve', async () => {
    const key = 'steps-amend-much';
    await bench.draft(key, {}, { rollout: 100 });
    await bench.approve(key);
    await bench.post(`/${key}/start`);
    const amendment = { reason: 'same model', variants: { treatment: { ctr: 'click-lr@1' } } };
    expect(await bench.post(`/${key}/amend`, amendment)).toMatchObject({ status: 409, body: { field: 'approval' } });
    await bench.post(`/${key}/pause`);
    expect(await bench.post(`/${key}/amend`, amendment)).toMatchObject({
      status: 200,
      body: { phase: 1, approvals: [] },
    });
    expect(await bench.post(`/${key}/resume`)).toMatchObject({ status: 409, body: { field: 'approval' } });
    await bench.approve(key);
    expect(await bench.post(`/${key}/resume`)).toMatchObject({ status: 200, body: { phase: 2 } });
  });

  it('have changed models approved before the ramp gives them much traffic', async () => {
    const key = 'steps-amend-ramp';
    const ramp = { steps: [{ rollout: 5, holdMinutes: 60 }, { rollout: 100 }] };
    await bench.draft(key, { schedule: { ramp } }, { rollout: 100 });
    await bench.approve(key);
    expect(await bench.post(`/${key}/start`)).toMatchObject({ status: 200, body: { rollout: 5 } });
    const amendment = { reason: 'same model', variants: { treatment: { ctr: 'click-lr@1' } } };
    expect(await bench.post(`/${key}/amend`, amendment)).toMatchObject({ status: 409, body: { field: 'approval' } });
    await bench.post(`/${key}/pause`);
    await bench.post(`/${key}/amend`, amendment);
    expect(await bench.post(`/${key}/resume`)).toMatchObject({ status: 409, body: { field: 'approval' } });
    await bench.approve(key);
    expect(await bench.post(`/${key}/resume`)).toMatchObject({ status: 200, body: { phase: 2, rollout: 5 } });
  });

  it('say nothing of the phase before: its report goes by the weights that it was served by', async () => {
    const key = 'steps-amend-paused';
    const sampleRatio = async (): Promise<string | undefined> =>
      (await bench.apps.admin.report(key)).health.checks.find(({ name }) => name === 'sample_ratio')?.detail;
    await bench.started(key);
    await bench.post(`/${key}/pause`);
    const variants = { control: { weight: 30 }, treatment: { weight: 70 } };
    expect(await bench.post(`/${key}/amend`, { reason: 'x', variants })).toMatchObject({ status: 200 });
    expect(await sampleRatio()).toContain('weights 50 : 50');
    expect(await bench.post(`/${key}/resume`)).toMatchObject({ status: 200, body: { phase: 2 } });
    expect(await sampleRatio()).toContain('weights 30 : 70');
  });
});
