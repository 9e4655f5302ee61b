import { compileEncoder, type Encoder, type FeatureSchema } from '@adlift/features';
import type { Column, Columns } from '@adlift/wire';

const SCHEMA: FeatureSchema = {
  features: [
    { name: 'ad', type: 'categorical', encoder: 'hash', size: 16 },
    { name: 'site', type: 'categorical', encoder: 'vocabulary', values: ['news', 'shop'] },
    {
      name: 'price',
      type: 'numeric',
      transform: 'identity',
      mean: 2,
      scale: 0.5,
      impute: 2,
      missingIndicator: true,
    },
    { name: 'hour', type: 'buckets', edges: [6, 12, 18] },
  ],
  crosses: [{ name: 'ad*site', of: ['ad', 'site'], size: 32 }],
};

/** An encoder of every kind of encoded feature and a cross, with four rows, one of which lacks its price. */
export const ROWS: { readonly encoder: Encoder; readonly columns: Columns; readonly n: number } = {
  encoder: compileEncoder(SCHEMA),
  columns: new Map<string, Column>([
    ['ad', { kind: 'i32', values: Int32Array.of(3, 4, 5, 3) }],
    ['site', { kind: 'dict', dict: ['news', 'shop'], idx: Uint32Array.of(0, 1, 1, 0) }],
    ['price', { kind: 'f32', values: Float32Array.of(1.5, 2.25, 7, 0), missing: Uint8Array.of(8) }],
    ['hour', { kind: 'i32', values: Int32Array.of(1, 7, 13, 23) }],
  ]),
  n: 4,
};
