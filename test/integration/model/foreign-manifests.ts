/** What the author of the fixtures' models states of them. */
const COMMON = {
  baseRate: 0.12,
  trainingWindow: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
  licence: 'CC0-1.0',
};

export const SITE_CODES = ['news', 'shop'];

/** One packed float input with a number that may be NaN, a clamped integer and a category code. */
export const TREES_MANIFEST = {
  ...COMMON,
  features: [
    { name: 'price', type: 'direct', as: 'number', impute: 'nan' },
    { name: 'hour', type: 'direct', as: 'integer', range: [0, 23], missing: -1 },
    { name: 'site', type: 'direct', as: 'vocabulary', values: SITE_CODES, unknown: 2, missing: -1 },
  ],
  inputs: { tensors: [{ name: 'X', type: 'float32', shape: 'n,k', features: ['price', 'hour', 'site'] }] },
  output: { name: 'probabilities', kind: 'probability', shape: 'n,2' },
};

/** An input for each feature, of three types, and a double logit. */
export const NETWORK_MANIFEST = {
  ...COMMON,
  features: [
    { name: 'site', type: 'direct', as: 'text', missing: '' },
    { name: 'hour', type: 'direct', as: 'integer', range: [0, 23], missing: 0 },
    { name: 'price', type: 'direct', as: 'number', clip: [-50, 50], impute: 1 },
  ],
  inputs: {
    tensors: [
      { name: 'site', type: 'string', shape: 'n,1', features: ['site'] },
      { name: 'hour', type: 'int64', shape: 'n', features: ['hour'] },
      { name: 'price', type: 'float64', shape: 'n,1', features: ['price'] },
    ],
  },
  output: { name: 'click_logit', kind: 'logit', shape: 'n,1', type: 'float64' },
};
