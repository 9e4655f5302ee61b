import type { PredictRequest } from '@adlift/wire';
import type { ModelRepository, ServedModel } from '../serving/model-repository';
import type { Priors } from './priors';
import { ScoreMemory } from './score-memory';
import { StandIns } from './stand-ins';

const CLICK = 0.125;
const CONVERSION = 0.5;

const rates: Pick<Priors, 'of'> = {
  of: (kind, _model, { n }) => new Float32Array(n).fill(kind === 'ctr' ? CLICK : CONVERSION),
};
const models: Pick<ModelRepository, 'onChange'> = { onChange: () => undefined };
const request = { n: 2, adIds: ['a', 'b'] } as unknown as PredictRequest;
const model = (kind: 'ctr' | 'cvr'): ServedModel =>
  ({ reference: `m-${kind}@1`, manifest: { kind } }) as unknown as ServedModel;

describe('what stands in for a model', () => {
  const standIns = new StandIns(new ScoreMemory(), rates as Priors, models as ModelRepository);
  const scores = (of: ServedModel | undefined) => {
    const { scores: values, source } = standIns.scores(of, request, []);
    return { values: [...values], source };
  };

  it('are the rates of what it predicts, and of clicks where no model is known', () => {
    expect(scores(model('cvr'))).toEqual({ values: [CONVERSION, CONVERSION], source: 'prior' });
    expect(scores(model('ctr'))).toEqual({ values: [CLICK, CLICK], source: 'prior' });
    expect(scores(undefined)).toEqual({ values: [CLICK, CLICK], source: 'prior' });
  });

  it('is what it said lately of an ad where it has seen it', () => {
    standIns.remember(model('ctr'), { ...request, adIds: ['a'] }, Float32Array.of(0.25));
    expect(scores(model('ctr'))).toEqual({ values: [0.25, CLICK], source: 'cached' });
  });
});
