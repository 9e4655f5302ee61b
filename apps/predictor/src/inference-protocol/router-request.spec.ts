import type { FeatureKind } from './feature-column';
import type { InferRequest, ParameterValue } from './infer-request';
import { routerRequest } from './router-request';
import type { InputTensor } from './tensor/input-tensor';

const ADS: InputTensor = {
  name: 'ad_id',
  datatype: 'BYTES',
  rows: 2,
  path: 'inputs[0] (ad_id)',
  data: { kind: 'text', values: ['a', 'b'] },
};
const BIDS: InputTensor = {
  name: 'bid_micros',
  datatype: 'UINT32',
  rows: 1,
  path: 'inputs[1] (bid_micros)',
  data: { kind: 'i64', values: BigInt64Array.of(5n) },
};

const request = (inputs: readonly InputTensor[], parameters: Record<string, ParameterValue> = {}): InferRequest => ({
  model: 'adlift',
  version: '',
  id: 'r-1',
  parameters: new Map(Object.entries(parameters)),
  inputs,
  outputs: [],
});

describe('an inference on the router as a Predict request', () => {
  it('reads an input that is also a feature as both', () => {
    const kinds = new Map<string, FeatureKind>([
      ['ad_id', 'number'],
      ['other', 'category'],
    ]);
    const { adIds, bidMicros, columns, rawColumns } = routerRequest(request([ADS, BIDS]), kinds, true);
    expect([adIds, [...bidMicros], rawColumns.length]).toEqual([['a', 'b'], [5], 1]);
    expect([...columns]).toEqual([['ad_id', { kind: 'dict', dict: ['a', 'b'], idx: Uint32Array.of(0, 1) }]]);
  });

  it('takes any feature while no model is loaded to say what it reads', () => {
    const any = { ...BIDS, name: 'anything', path: 'inputs[1] (anything)' };
    expect([...routerRequest(request([ADS, any]), new Map(), true).columns.keys()]).toEqual(['anything']);
    expect(() => routerRequest(request([ADS, any]), new Map([['known', 'number']]), true)).toThrow('(anything)');
  });

  it('routes by country, device and whatever has the prefix', () => {
    const parameters = { country: 'DE', device: 'phone', routing_tier: 'gold', timeout: 5, triton_x: 1 };
    const { routing } = routerRequest(request([ADS], parameters), new Map(), true);
    expect(routing).toEqual({ country: 'DE', device: 'phone', tier: 'gold' });
  });

  it('seals tokens only where they are asked for', () => {
    const tokens = (wantsTokens: boolean, parameters = {}): number =>
      routerRequest(request([ADS], parameters), new Map(), wantsTokens).wantTokens;
    expect([tokens(true), tokens(false), tokens(true, { tokens: 'all' }), tokens(true, { tokens: 0 })]).toEqual([
      1,
      0,
      Infinity,
      0,
    ]);
  });
});
