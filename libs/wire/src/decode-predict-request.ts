import { ColumnCollector } from './decode-columns';
import { InvalidField, type BidType, type PredictRequest } from './predict-request';
import { ColumnLayout, RequestColumns } from './request-columns';
import { Slab } from './slab';
import { WireReader } from './wire-reader';

const BID_TYPES: readonly BidType[] = ['CPC', 'CPC', 'CPM', 'CPA'];
const PRIVACY = ['FULL', 'FULL', 'LIMITED'] as const;
const ON_OVERLOAD = ['FALLBACK', 'FALLBACK', 'ERROR'] as const;
const DELIMITED = 2;

/** Wire types of the fields by number; a field of another type than the proto says is malformed. */
const WIRE_TYPES = [-1, 2, 2, 0, 2, 0, 2, 2, 2, 0, 2, 2, 0, 2, 2, 2];
const BIDS = 8;

const slab = new Slab();

type Draft = { -readonly [K in keyof PredictRequest]: PredictRequest[K] };

/**
 * Decodes the protobuf bytes of a PredictRequest, columns straight into typed arrays.
 * Throws {@link InvalidField}; the shape (lengths, ranges) is left to `validatePredictRequest`.
 */
export function decodePredictRequest(bytes: Uint8Array): PredictRequest {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return decode(new WireReader(buffer));
  } catch (error) {
    if (error instanceof InvalidField) throw error;
    throw new InvalidField('(message)', `not a PredictRequest: ${(error as Error).message}`);
  }
}

function decode(reader: WireReader): PredictRequest {
  const adIds: string[] = [];
  const campaignIds: string[] = [];
  const collector = new ColumnCollector(reader.bytes);
  const routing: Record<string, string> = {};
  const draft: Draft = {
    requestId: '',
    unitId: '',
    privacy: 'FULL',
    routing,
    n: 0,
    adIds,
    columns: NO_COLUMNS,
    bidMicros: NO_BIDS,
    bidType: 'CPC',
    currency: '',
    wantTokens: 1,
    onOverload: 'FALLBACK',
    forceVariant: '',
    placement: '',
    campaignIds,
    rawColumns: NO_BYTES,
  };
  while (!reader.done) {
    const start = reader.at;
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field >= WIRE_TYPES.length) {
      reader.skip(tag & 7);
      continue;
    }
    if ((tag & 7) !== WIRE_TYPES[field] && field !== BIDS) throw new RangeError(`field ${field} is of another type`);
    switch (field) {
      case 1:
        draft.requestId = reader.text();
        break;
      case 2:
        draft.unitId = reader.text();
        break;
      case 3:
        draft.privacy = enumValue('privacy', PRIVACY, reader.uint32());
        break;
      case 4:
        decodeRoutingEntry(reader, routing);
        break;
      case 5:
        draft.n = reader.uint32();
        break;
      case 6:
        adIds.push(reader.text());
        break;
      case 7:
        collector.add(reader, start);
        break;
      case BIDS:
        draft.bidMicros = decodeBids(reader, tag & 7, draft.bidMicros);
        break;
      case 9:
        draft.bidType = enumValue('bid_type', BID_TYPES, reader.uint32());
        break;
      case 10:
        draft.currency = reader.text();
        break;
      case 11:
        draft.wantTokens = decodeWantTokens(reader);
        break;
      case 12:
        draft.onOverload = enumValue('on_overload', ON_OVERLOAD, reader.uint32());
        break;
      case 13:
        draft.forceVariant = reader.text();
        break;
      case 14:
        draft.placement = reader.text();
        break;
      default:
        campaignIds.push(reader.text());
    }
  }
  draft.columns = collector.columns();
  draft.rawColumns = collector.rawColumns();
  return draft;
}

const NO_BIDS = new Float64Array(0);
const NO_COLUMNS = new RequestColumns(new ColumnLayout([]), []);
const NO_BYTES: readonly Uint8Array[] = [];

function enumValue<T>(field: string, values: readonly T[], at: number): T {
  const value = values[at];
  if (value === undefined) throw new InvalidField(field, `unknown value ${at}`);
  return value;
}

/** One packed run of bids, or a single one; protobuf lets them come in several parts. */
function decodeBids(reader: WireReader, wireType: number, before: Float64Array): Float64Array {
  if (wireType !== DELIMITED) {
    if (wireType !== 0) throw new RangeError('field 8 is of another type');
    return Float64Array.of(...before, reader.int64());
  }
  const end = reader.delimited();
  let count = 0;
  for (let i = reader.at; i < end; i++) if ((reader.bytes[i] ?? 0) < 0x80) count++;
  const bids = slab.float64(before.length + count);
  bids.set(before);
  const outer = reader.end;
  reader.end = end;
  for (let i = before.length; !reader.done; i++) bids[i] = reader.int64();
  reader.end = outer;
  return bids;
}

function decodeRoutingEntry(reader: WireReader, routing: Record<string, string>): void {
  const end = reader.delimited();
  const outer = reader.end;
  reader.end = end;
  let key = '';
  let value = '';
  while (!reader.done) {
    const tag = reader.tag();
    if (tag === 0x0a) key = reader.text();
    else if (tag === 0x12) value = reader.text();
    else reader.skip(tag & 7);
  }
  reader.end = outer;
  // A hostile key such as __proto__ must stay an ordinary entry.
  Object.defineProperty(routing, key, { value, enumerable: true, configurable: true, writable: true });
}

function decodeWantTokens(reader: WireReader): number {
  const end = reader.delimited();
  const outer = reader.end;
  reader.end = end;
  let want = 1;
  while (!reader.done) {
    const tag = reader.tag();
    if (tag === 0x08) want = reader.uint32() === 0 ? want : 0;
    else if (tag === 0x10) want = reader.uint32();
    else if (tag === 0x18) want = reader.uint32() === 0 ? want : Infinity;
    else reader.skip(tag & 7);
  }
  reader.end = outer;
  return want;
}
