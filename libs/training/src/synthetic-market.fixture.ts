import { type Encoder, compileEncoder, learnSchema, type SchemaSpec } from '@adlift/features';
import type { Column, Columns } from '@adlift/wire';
import { type Dataset, encodeDataset, type EncodedDataset } from './dataset';
import { sigmoid } from './offline-metrics';
import { SeededRandom } from './seeded-random';

const SPEC: SchemaSpec = {
  features: [
    { name: 'ad', type: 'categorical', encoder: 'vocabulary', minCount: 2 },
    { name: 'user', type: 'categorical', encoder: 'hash', size: 2048 },
    { name: 'site', type: 'categorical', encoder: 'vocabulary' },
    { name: 'hour', type: 'buckets', buckets: 8 },
    { name: 'price', type: 'numeric', transform: 'log1p', missingIndicator: true },
  ],
  crosses: [{ name: 'ad*site', of: ['ad', 'site'], size: 512 }],
};

/** A known market: clicks follow linear effects of ad, site and price and an interaction of user and ad. */
export interface Market {
  readonly dataset: Dataset;
  readonly encoder: Encoder;
  readonly encoded: EncodedDataset;
  /** True click logits, the best possible prediction. */
  readonly truth: Float64Array;
}

/** Draws `n` rows of the market; one row in 50 lacks its price and one in 97 its user. */
export function drawMarket(n: number, seed: number, baseLogit = -1.5): Market {
  const random = new SeededRandom(seed);
  const taste = (count: number): Float64Array[] =>
    Array.from({ length: count }, () => Float64Array.of(random.nextNormal(), random.nextNormal(), random.nextNormal()));
  const ads = taste(60);
  const users = taste(150);
  const sites = taste(12);
  const columns = { ad: new Int32Array(n), user: new Int32Array(n), site: new Uint32Array(n) };
  const hour = new Int32Array(n);
  const price = new Float32Array(n);
  const noPrice = new Uint8Array(Math.ceil(n / 8));
  const noUser = new Uint8Array(Math.ceil(n / 8));
  const labels = new Uint8Array(n);
  const truth = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const ad = (columns.ad[i] = Math.floor(random.next() * ads.length));
    const user = (columns.user[i] = Math.floor(random.next() * users.length));
    const site = (columns.site[i] = Math.floor(random.next() * sites.length));
    hour[i] = Math.floor(random.next() * 24);
    price[i] = Math.exp(random.nextNormal());
    if (i % 50 === 7) noPrice[i >> 3] |= 1 << (i & 7);
    if (i % 97 === 5) noUser[i >> 3] |= 1 << (i & 7);
    const affinity = 0.6 * (ads[ad][1] * users[user][1] + ads[ad][2] * users[user][2]);
    truth[i] = baseLogit + 0.5 * ads[ad][0] + 0.4 * sites[site][0] - 0.3 * Math.log1p(price[i]) + affinity;
    labels[i] = random.next() < sigmoid(truth[i]) ? 1 : 0;
  }
  const raw: Columns = new Map<string, Column>([
    ['ad', { kind: 'i32', values: columns.ad }],
    ['user', { kind: 'i32', values: columns.user, missing: noUser }],
    ['site', { kind: 'dict', dict: sites.map((_, s) => `site-${s}`), idx: columns.site }],
    ['hour', { kind: 'i32', values: hour }],
    ['price', { kind: 'f32', values: price, missing: noPrice }],
  ]);
  const dataset = { columns: raw, n, labels };
  const encoder = compileEncoder(learnSchema(SPEC, raw, n).schema);
  return { dataset, encoder, encoded: encodeDataset(dataset, encoder), truth };
}
