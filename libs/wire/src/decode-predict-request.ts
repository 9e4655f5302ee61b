import { ColumnCollector } from './decode-columns';
import { InvalidField, MAX_CANDIDATES, type BidType, type PredictRequest } from './predict-request';
import { ColumnLayout, RequestColumns } from './request-columns';
import { Slab } from '@adlift/memory';
import { WireReader } from './wire-reader';

const BID_TYPES: readonly BidType[] = ['CPC', 'CPC', 'CPM', 'CPA'];
const PRIVACY = ['FULL', 'FULL', 'LIMITED'] as const;
const ON_OVERLOAD = ['FALLBACK', 'FALLBACK', 'ERROR'] as const;
const DELIMITED = 2;

/** Wire types of the fields by number; a field of another type than the proto says is malformed. */
const WIRE_TYPES = [-1, 2, 2, 0, 2, 0, 2, 2, 2, 0, 2, 2, 0, 2, 2, 2, 2];
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

/** Routing is for the few properties that strategies of flags look at. */
const MAX_ROUTING = 64;

function decode(reader: WireReader): PredictRequest {
  const adIds: string[] = [];
  const campaignIds: string[] = [];
  const collector = new ColumnCollector(reader.bytes);
  const bids = new BidCollector();
  const routing: Record<string, string> = {};
  let routingEntries = 0;
  const draft: Draft = {
    requestId: '',
    unitId: '',
    sessionId: '',
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
        if (++routingEntries > MAX_ROUTING) throw new InvalidField('routing', `at most ${MAX_ROUTING} entries`);
        decodeRoutingEntry(reader, routing);
        break;
      case 5:
        draft.n = reader.uint32();
        break;
      case 6:
        addText('ad_id', adIds, reader);
        break;
      case 7:
        collector.add(reader, start);
        break;
      case BIDS:
        bids.add(reader, tag & 7);
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
      case 16:
        draft.sessionId = reader.text();
        break;
      default:
        addText('campaign_id', campaignIds, reader);
    }
  }
  draft.bidMicros = bids.values();
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

/** Bids in the order in which they were sent; protobuf lets them come in several runs, and one by one. */
class BidCollector {
  private bids: Float64Array = NO_BIDS;
  private count = 0;

  /** Takes in one run or one bid. Throws InvalidField for more bids than there may be candidates. */
  add(reader: WireReader, wireType: number): void {
    if (wireType !== DELIMITED) {
      if (wireType !== 0) throw new RangeError('field 8 is of another type');
      this.reserve(1);
      this.bids[this.count++] = reader.int64();
      return;
    }
    const end = reader.delimited();
    let more = 0;
    for (let i = reader.at; i < end; i++) if ((reader.bytes[i] ?? 0) < 0x80) more++;
    this.reserve(more);
    const outer = reader.end;
    reader.end = end;
    while (!reader.done) this.bids[this.count++] = reader.int64();
    reader.end = outer;
  }

  values(): Float64Array {
    return this.bids.length === this.count ? this.bids : this.bids.subarray(0, this.count);
  }

  /** Doubles: a message of many small runs would otherwise copy all of them for each. */
  private reserve(more: number): void {
    const count = this.count + more;
    if (count > MAX_CANDIDATES) throw new InvalidField('bid_micros', `at most ${MAX_CANDIDATES} entries`);
    if (count <= this.bids.length) return;
    const grown = slab.float64(this.count === 0 ? count : Math.max(count, 2 * this.count));
    grown.set(this.bids.subarray(0, this.count));
    this.bids = grown;
  }
}

/** Texts that there is at most one of for each candidate. */
function addText(field: string, texts: string[], reader: WireReader): void {
  if (texts.length === MAX_CANDIDATES) throw new InvalidField(field, `at most ${MAX_CANDIDATES} entries`);
  texts.push(reader.text());
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
