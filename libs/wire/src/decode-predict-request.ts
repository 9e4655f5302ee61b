import { Reader } from 'protobufjs/minimal';
import { decodeColumn } from './decode-column';
import type { Column } from './column';
import { InvalidField, type BidType, type PredictRequest } from './predict-request';
import { readText } from './read-text';

const BID_TYPES: readonly BidType[] = ['CPC', 'CPC', 'CPM', 'CPA'];

type Draft = { -readonly [K in keyof PredictRequest]: PredictRequest[K] };

/**
 * Decodes the protobuf bytes of a PredictRequest, columns straight into typed arrays.
 * Throws {@link InvalidField}; the shape (lengths, ranges) is left to `validatePredictRequest`.
 */
export function decodePredictRequest(bytes: Uint8Array): PredictRequest {
  try {
    return decode(Reader.create(bytes));
  } catch (error) {
    if (error instanceof InvalidField) throw error;
    throw new InvalidField('(message)', `not a PredictRequest: ${(error as Error).message}`);
  }
}

function decode(reader: Reader): PredictRequest {
  const adIds: string[] = [];
  const campaignIds: string[] = [];
  const columns = new Map<string, Column>();
  const rawColumns: Uint8Array[] = [];
  const routing: Record<string, string> = {};
  const bids: number[] = [];
  const draft: Draft = {
    requestId: '',
    unitId: '',
    privacy: 'FULL',
    routing,
    n: 0,
    adIds,
    columns,
    bidMicros: new Float64Array(0),
    bidType: 'CPC',
    currency: '',
    wantTokens: 1,
    onOverload: 'FALLBACK',
    forceVariant: '',
    placement: '',
    campaignIds,
    rawColumns,
  };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    switch (tag >>> 3) {
      case 1:
        draft.requestId = readText(reader);
        break;
      case 2:
        draft.unitId = readText(reader);
        break;
      case 3:
        draft.privacy = enumValue('privacy', ['FULL', 'FULL', 'LIMITED'] as const, reader.int32());
        break;
      case 4:
        decodeRoutingEntry(reader.bytes(), routing);
        break;
      case 5:
        draft.n = reader.uint32();
        break;
      case 6:
        adIds.push(readText(reader));
        break;
      case 7: {
        const raw = reader.bytes();
        const { name, column } = decodeColumn(raw, `columns[${rawColumns.length}]`);
        if (columns.has(name)) throw new InvalidField(`columns[${rawColumns.length}].name`, `"${name}" appears twice`);
        rawColumns.push(raw);
        if (column !== undefined) columns.set(name, column);
        break;
      }
      case 8:
        decodeBids(reader, tag & 7, bids);
        break;
      case 9:
        draft.bidType = enumValue('bid_type', BID_TYPES, reader.int32());
        break;
      case 10:
        draft.currency = readText(reader);
        break;
      case 11:
        draft.wantTokens = decodeWantTokens(reader.bytes());
        break;
      case 12:
        draft.onOverload = enumValue('on_overload', ['FALLBACK', 'FALLBACK', 'ERROR'] as const, reader.int32());
        break;
      case 13:
        draft.forceVariant = readText(reader);
        break;
      case 14:
        draft.placement = readText(reader);
        break;
      case 15:
        campaignIds.push(readText(reader));
        break;
      default:
        reader.skipType(tag & 7);
    }
  }
  draft.bidMicros = Float64Array.from(bids);
  return draft;
}

function enumValue<T>(field: string, values: readonly T[], at: number): T {
  const value = values[at];
  if (value === undefined) throw new InvalidField(field, `unknown value ${at}`);
  return value;
}

function decodeBids(reader: Reader, wireType: number, bids: number[]): void {
  if (wireType !== 2) {
    bids.push(Number(reader.int64()));
    return;
  }
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) bids.push(Number(reader.int64()));
}

function decodeRoutingEntry(bytes: Uint8Array, routing: Record<string, string>): void {
  const reader = Reader.create(bytes);
  let key = '';
  let value = '';
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) key = readText(reader);
    else if (tag >>> 3 === 2) value = readText(reader);
    else reader.skipType(tag & 7);
  }
  // A hostile key such as __proto__ must stay an ordinary entry.
  Object.defineProperty(routing, key, { value, enumerable: true, configurable: true, writable: true });
}

function decodeWantTokens(bytes: Uint8Array): number {
  const reader = Reader.create(bytes);
  let want = 1;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) want = reader.bool() ? 0 : want;
    else if (tag >>> 3 === 2) want = reader.uint32();
    else if (tag >>> 3 === 3) want = reader.bool() ? Infinity : want;
    else reader.skipType(tag & 7);
  }
  return want;
}
