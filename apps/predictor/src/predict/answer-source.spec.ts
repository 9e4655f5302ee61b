import type { PredictRequest } from '@adlift/wire';
import type { AdCatalogue } from '../catalogue/ad-catalogue';
import type { Admission } from '../degradation/admission';
import { SHED, type ShedLevel } from '../degradation/shed-level';
import type { StandIns } from '../degradation/stand-ins';
import type { ModelRepository, ServedModel } from '../serving/model-repository';
import type { Candidates, ModelScorer, NoScores } from '../serving/model-scorer';
import type { ModelScores } from '../serving/model-scores';
import { AnswerSource } from './answer-source';

const REQUEST = { n: 2, adIds: ['a', 'b'], columns: new Map(), onOverload: 'FALLBACK' } as unknown as PredictRequest;
const PLAN = { ctr: 'heavy@1', cvr: 'sale@1', explore: 0, currency: '', phase: 1 };
/** What each model says of every candidate, and what stands in for clicks and for conversions. */
const SCORES: Readonly<Record<string, number>> = { 'heavy@1': 0.5, 'sale@1': 0.25, 'light@1': 0.125, 'old@1': 0.75 };
const CLICK_PRIOR = 0.0625;
const SALE_PRIOR = 0.03125;

function model(reference: string, kind: 'ctr' | 'cvr' = 'ctr'): ServedModel {
  const manifest = { kind, calibration: { a: 1, b: 0 } };
  return { reference, digest: reference, manifest, encoder: { knowsAll: () => true } } as unknown as ServedModel;
}

const LOADED = new Map([model('heavy@1'), model('sale@1', 'cvr')].map((one) => [one.reference, one]));
const filled = (value: number): Float32Array => new Float32Array(REQUEST.n).fill(value);

interface Situation {
  readonly level?: ShedLevel;
  readonly light?: ServedModel | undefined;
  readonly previous?: ServedModel | undefined;
  /** What models answer with instead of scores. */
  readonly broken?: Readonly<Record<string, NoScores>>;
  readonly scores?: Readonly<Record<string, Float32Array>>;
}

/** The source of answers in a situation, and which models it asked in which order. */
function sourceIn({ level = 0, light, previous, broken = {}, scores = {} }: Situation) {
  const asked: string[] = [];
  const models: Partial<ModelRepository> = {
    champions: {},
    ...(light === undefined ? {} : { light }),
    find: (reference) => LOADED.get(reference ?? ''),
    previous: (kind) => (kind === 'ctr' ? previous : undefined),
  };
  const scorer: Pick<ModelScorer, 'score'> = {
    score: (_candidates: Candidates, one) => {
      asked.push(one.reference);
      const probability = scores[one.reference] ?? filled(SCORES[one.reference] ?? NaN);
      const given = { model: one, probability, rowFlags: new Uint8Array(REQUEST.n), encodeMs: 0, queueMs: 0 };
      return Promise.resolve(broken[one.reference] ?? ({ ...given, inferenceMs: 0 } as unknown as ModelScores));
    },
  };
  const catalogue: Pick<AdCatalogue, 'join' | 'version'> = {
    version: 1,
    join: (request) => ({ ...request, campaignIds: [] }),
  };
  const admission: Pick<Admission, 'level'> = { level: () => level };
  const standIns: Pick<StandIns, 'scores' | 'priors' | 'remember'> = {
    scores: () => ({ scores: filled(CLICK_PRIOR), source: 'prior' }),
    priors: (kind) => filled(kind === 'ctr' ? CLICK_PRIOR : SALE_PRIOR),
    remember: () => undefined,
  };
  const source = new AnswerSource(
    models as ModelRepository,
    scorer as ModelScorer,
    catalogue as AdCatalogue,
    admission as Admission,
    standIns as StandIns,
  );
  return { source, asked };
}

/** An answer in a situation as [clicks, conversions, why it is a fallback, models asked]. */
async function answered(situation: Situation, request = REQUEST): Promise<unknown[]> {
  const { source, asked } = sourceIn(situation);
  const { pctr, pcvr, fallback, fallbackSource } = await source.answer(request, PLAN, Infinity);
  expect(fallback).toBe(fallbackSource !== '');
  return [pctr[0], pcvr[0], fallbackSource, asked];
}

describe('the source of an answer', () => {
  const light = model('light@1');
  const previous = model('old@1');
  const planned = [0.5, 0.25, '', ['heavy@1', 'sale@1']];

  it.each<[string, ShedLevel, unknown[]]>([
    ['nothing', 0, planned],
    ['explanations', SHED.explain, planned],
    ['shadows', SHED.shadow, planned],
    ['the log', SHED.log, planned],
    ['the conversion model', SHED.conversion, [0.5, SALE_PRIOR, 'conversion_prior', ['heavy@1']]],
    ['the heavy model', SHED.light, [0.125, SALE_PRIOR, 'light_model', ['light@1']]],
    ['every model', SHED.prior, [CLICK_PRIOR, SALE_PRIOR, 'prior', []]],
  ])('leaves out %s at its level of load, with all before it, and says so', async (_what, level, expected) => {
    expect(await answered({ level, light })).toEqual(expected);
  });

  it('refuses at the last level, and from the light model on for a caller that wants an error', async () => {
    const overloaded = { code: 'overloaded' };
    await expect(answered({ level: SHED.reject, light })).rejects.toMatchObject(overloaded);
    const strict: PredictRequest = { ...REQUEST, onOverload: 'ERROR' };
    await expect(answered({ level: SHED.light, light }, strict)).rejects.toMatchObject(overloaded);
    await expect(answered({ level: SHED.prior, light }, strict)).rejects.toMatchObject(overloaded);
    expect(await answered({ level: SHED.log, light }, strict)).toEqual(planned);
  });

  it('asks the planned model where there is no light one, which is no fallback of clicks', async () => {
    expect(await answered({ level: SHED.light })).toEqual([0.5, SALE_PRIOR, 'conversion_prior', ['heavy@1']]);
  });

  it('asks the champion before a version that failed, and a prior when that fails too', async () => {
    const broken = { 'heavy@1': 'failed' } as const;
    const asked = ['heavy@1', 'sale@1', 'old@1', 'sale@1'];
    expect(await answered({ broken, previous })).toEqual([0.75, 0.25, 'previous_model', asked]);
    const both = { ...broken, 'old@1': 'failed' } as const;
    expect(await answered({ broken: both, previous })).toEqual([CLICK_PRIOR, SALE_PRIOR, 'prior', asked]);
    expect(await answered({ broken })).toEqual([CLICK_PRIOR, SALE_PRIOR, 'prior', ['heavy@1', 'sale@1']]);
  });

  it('asks no other model when the deadline came first', async () => {
    const broken = { 'heavy@1': 'expired' } as const;
    expect(await answered({ broken, previous })).toEqual([CLICK_PRIOR, SALE_PRIOR, 'prior', ['heavy@1', 'sale@1']]);
  });

  it('says that conversions are a prior when their model alone gives none', async () => {
    const broken = { 'sale@1': 'expired' } as const;
    expect(await answered({ broken })).toEqual([0.5, SALE_PRIOR, 'conversion_prior', ['heavy@1', 'sale@1']]);
  });

  it('replaces and flags the rows alone of which a model gives no number', async () => {
    const { source } = sourceIn({
      scores: { 'heavy@1': Float32Array.of(NaN, 0.5), 'sale@1': Float32Array.of(0.25, NaN) },
    });
    const { pctr, pcvr, rowFlags, fallback } = await source.answer(REQUEST, PLAN, Infinity);
    expect([[...pctr], [...pcvr]]).toEqual([
      [CLICK_PRIOR, 0.5],
      [0.25, SALE_PRIOR],
    ]);
    expect([[...rowFlags], fallback]).toEqual([[16, 16], false]);
  });

  it('answers a caller of a conversion model with no click model', async () => {
    const { source, asked } = sourceIn({ level: SHED.light, light, previous, broken: { 'sale@1': 'failed' } });
    const plan = { ...PLAN, ctr: 'sale@1', cvr: undefined };
    expect(await source.answer(REQUEST, plan, Infinity)).toMatchObject({
      fallbackSource: 'prior',
      pcvr: filled(0).subarray(2),
    });
    expect(asked).toEqual(['sale@1']);
  });
});
