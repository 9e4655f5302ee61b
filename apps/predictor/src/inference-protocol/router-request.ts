import { encodeColumns, InvalidField, makeUuidV7, type Column, type PredictRequest } from '@adlift/wire';
import { featureColumn, type FeatureKind } from './feature-column';
import { textParameter, type InferRequest } from './infer-request';
import { ROUTING_PREFIX, requireKnownParameters } from './router-parameters';
import type { InputTensor } from './tensor/input-tensor';

/** Inputs of the router besides features. */
export const ROUTER_INPUTS = { adId: 'ad_id', campaignId: 'campaign_id', bidMicros: 'bid_micros' } as const;

const BID_TYPES = ['CPC', 'CPM', 'CPA'] as const;
const PRIVACY = ['FULL', 'LIMITED'] as const;

/**
 * An inference on the router as a Predict request. `kinds` says what features there are; without a loaded model there
 * are none to ask, and any input is taken. An input that is also a feature is read as both. Throws InvalidField.
 */
export function routerRequest(
  request: InferRequest,
  kinds: ReadonlyMap<string, FeatureKind>,
  wantsTokens: boolean,
): PredictRequest {
  requireKnownParameters(request);
  const inputs = new Map(request.inputs.map((tensor) => [tensor.name, tensor]));
  const ads = inputs.get(ROUTER_INPUTS.adId);
  if (ads === undefined) throw new InvalidField('inputs', `"${ROUTER_INPUTS.adId}" is needed, one per candidate`);
  const adIds = texts(ads);
  const columns = columnsOf(request, kinds);
  return {
    requestId: request.id === '' ? makeUuidV7() : request.id,
    unitId: textParameter(request, 'unit_id'),
    sessionId: textParameter(request, 'session_id'),
    privacy: choice(request, 'privacy', PRIVACY),
    routing: routingOf(request),
    n: adIds.length,
    adIds,
    columns,
    bidMicros: amounts(inputs.get(ROUTER_INPUTS.bidMicros)),
    bidType: choice(request, 'bid_type', BID_TYPES),
    currency: textParameter(request, 'currency'),
    wantTokens: wantsTokens ? tokensOf(request) : 0,
    onOverload: 'FALLBACK',
    forceVariant: '',
    placement: textParameter(request, 'placement'),
    campaignIds: texts(inputs.get(ROUTER_INPUTS.campaignId)),
    rawColumns: [encodeColumns(columns)],
  };
}

function columnsOf({ inputs }: InferRequest, kinds: ReadonlyMap<string, FeatureKind>): Map<string, Column> {
  const columns = new Map<string, Column>();
  const own: readonly string[] = Object.values(ROUTER_INPUTS);
  for (const tensor of inputs) {
    const kind = kinds.get(tensor.name);
    const isOwn = own.includes(tensor.name);
    if (kind === undefined && isOwn) continue;
    if (kind === undefined && kinds.size > 0) throw new InvalidField(tensor.path, 'is no feature of any loaded model');
    columns.set(tensor.name, featureColumn(tensor, isOwn ? 'any' : (kind ?? 'any')));
  }
  return columns;
}

function texts(tensor: InputTensor | undefined): readonly string[] {
  if (tensor === undefined) return [];
  if (tensor.data.kind === 'text') return tensor.data.values;
  throw new InvalidField(`${tensor.path}.datatype`, `${tensor.datatype}, but ids are BYTES`);
}

function amounts(tensor: InputTensor | undefined): Float64Array {
  if (tensor === undefined) return new Float64Array(0);
  const { data, datatype, path } = tensor;
  switch (data.kind) {
    case 'i32':
      return Float64Array.from(data.values);
    case 'i64':
    case 'u64':
      return Float64Array.from(data.values, Number);
    case 'f32':
    case 'f64':
    case 'text':
      throw new InvalidField(`${path}.datatype`, `${datatype}, but bids are whole micros: INT64`);
  }
}

function choice<T extends string>(request: InferRequest, name: string, allowed: readonly [T, ...T[]]): T {
  const given = textParameter(request, name);
  if (given === '') return allowed[0];
  const found = allowed.find((value) => value === given);
  if (found === undefined) throw new InvalidField(`parameters.${name}`, `must be one of ${allowed.join(', ')}`);
  return found;
}

function tokensOf({ parameters }: InferRequest): number {
  const tokens = parameters.get('tokens') ?? 1;
  if (tokens === 'all') return Infinity;
  if (typeof tokens === 'number' && Number.isInteger(tokens) && tokens >= 0) return tokens;
  throw new InvalidField('parameters.tokens', 'must be a number of candidates from the first in rank, or "all"');
}

function routingOf(request: InferRequest): Record<string, string> {
  const names = [...request.parameters.keys()].filter((name) => name.startsWith(ROUTING_PREFIX));
  const pairs = names.map((name) => [name.slice(ROUTING_PREFIX.length), textParameter(request, name)] as const);
  for (const name of ['country', 'device'] as const) {
    if (request.parameters.has(name)) pairs.push([name, textParameter(request, name)]);
  }
  return Object.fromEntries(pairs);
}
