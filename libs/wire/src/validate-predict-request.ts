import { columnLength, type Column } from './column';
import { firstRepeated } from './repeated-text';
import { isPlainId, requireId } from './require-id';
import { InvalidField, MAX_BID_MICROS, MAX_CANDIDATES, MAX_COLUMNS, type PredictRequest } from './predict-request';

/** Checks a decoded request's shape. Throws {@link InvalidField} naming the first malformed field. */
export function validatePredictRequest(request: PredictRequest): void {
  const { n } = request;
  if (n < 1 || n > MAX_CANDIDATES) throw new InvalidField('n', `must be 1 to ${MAX_CANDIDATES}, got ${n}`);
  requireId('request_id', request.requestId, 1);
  requireId('unit_id', request.unitId, 0);
  requireId('session_id', request.sessionId, 0);
  requireId('placement', request.placement, 0);
  validateAds(request);
  validateBids(request);
  if (request.currency !== '' && !/^[A-Z]{3}$/.test(request.currency)) {
    throw new InvalidField('currency', `must be an ISO 4217 code such as EUR, got "${request.currency}"`);
  }
  const { columns } = request;
  if (columns.size > MAX_COLUMNS) throw new InvalidField('columns', `at most ${MAX_COLUMNS} columns`);
  let index = 0;
  columns.forEach((column, name) => {
    if (!isPlainColumn(column, n)) validateColumn(`columns[${index}] (${name})`, column, n);
    index++;
  });
}

function validateAds({ n, adIds, campaignIds }: PredictRequest): void {
  if (adIds.length !== n) throw new InvalidField('ad_id', `needs one entry per candidate: ${n}, got ${adIds.length}`);
  for (let i = 0; i < n; i++) requireEntryId('ad_id', i, adIds[i] ?? '', 1);
  const twice = firstRepeated(adIds);
  if (twice >= 0) throw new InvalidField(`ad_id[${twice}]`, `"${adIds[twice]}" is a candidate twice`);
  requireLength('campaign_id', campaignIds.length, n);
  for (let i = 0; i < campaignIds.length; i++) requireEntryId('campaign_id', i, campaignIds[i] ?? '', 0);
}

/** The path of an entry is made only for one that is refused. */
function requireEntryId(field: string, i: number, value: string, least: number): void {
  if (!isPlainId(value, least)) requireId(`${field}[${i}]`, value, least);
}

function validateBids({ n, bidMicros }: PredictRequest): void {
  requireLength('bid_micros', bidMicros.length, n);
  for (let i = 0; i < bidMicros.length; i++) {
    const bid = bidMicros[i] ?? NaN;
    if (!(Number.isInteger(bid) && bid >= 0 && bid <= MAX_BID_MICROS)) {
      throw new InvalidField(`bid_micros[${i}]`, `must be a whole number, 0 to ${MAX_BID_MICROS}, got ${bid}`);
    }
  }
}

/** A column of as many numbers as there are candidates needs no further look, and no path for an error. */
function isPlainColumn(column: Column, n: number): boolean {
  return column.kind !== 'dict' && column.missing === undefined && column.values.length === n;
}

function validateColumn(field: string, column: Column, n: number): void {
  const length = columnLength(column);
  requireLength(field, length, n);
  if (column.missing !== undefined && column.missing.length !== Math.ceil(length / 8)) {
    throw new InvalidField(
      `${field}.missing`,
      `${length} entries need ${Math.ceil(length / 8)} bytes, got ${column.missing.length}`,
    );
  }
  if (column.kind !== 'dict') return;
  const size = column.dict.length;
  for (let i = 0; i < column.idx.length; i++) {
    const at = column.idx[i] ?? 0;
    if (at >= size) throw new InvalidField(`${field}.idx[${i}]`, `${at} is outside the dictionary of ${size}`);
  }
}

function requireLength(field: string, length: number, n: number): void {
  if (length !== 0 && length !== 1 && length !== n) {
    throw new InvalidField(field, `needs 0, 1 or ${n} entries, got ${length}`);
  }
}
