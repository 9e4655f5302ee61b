import type { Feature } from '@adlift/features';
import type { ServedModel } from '../serving/model-repository';
import { featureInputs, featureKind } from './model-metadata';

const name = 'x';
const numeric = { type: 'numeric', transform: 'identity', mean: 0, scale: 1, impute: 0, missingIndicator: false };

const CASES = (
  [
    ['category', 'BYTES', { name, type: 'categorical', encoder: 'hash', size: 8 }],
    ['number', 'FP32', { name, ...numeric }],
    ['number', 'FP32', { name, type: 'buckets', edges: [1] }],
    ['number', 'FP32', { name, type: 'direct', as: 'number', impute: 'nan' }],
    ['number', 'INT64', { name, type: 'direct', as: 'integer', range: [0, 2 ** 40], missing: 0 }],
    ['category', 'BYTES', { name, type: 'direct', as: 'vocabulary', values: ['a'], unknown: 1, missing: -1 }],
    ['category', 'BYTES', { name, type: 'direct', as: 'hash', size: 8, missing: 0 }],
    ['category', 'BYTES', { name, type: 'direct', as: 'text', missing: '' }],
  ] as const
).map(([kind, datatype, feature]) => ({ kind, datatype, feature: feature as Feature }));

describe('the inputs of a model as the protocol tells them', () => {
  it.each(CASES)('are a $kind of $datatype for $feature', ({ kind, datatype, feature }) => {
    const model = { manifest: { features: { features: [feature], crosses: [] } } } as unknown as ServedModel;
    expect([featureKind(feature), featureInputs(model)]).toEqual([kind, [{ name, datatype, shape: [-1] }]]);
  });
});
