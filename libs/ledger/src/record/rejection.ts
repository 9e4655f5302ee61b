/** An event that was not taken, or not counted again, as it is listed. */
export interface Rejection {
  readonly status: 'duplicate' | 'conflict' | 'rejected';
  readonly reason: string;
  readonly kind: string;
  readonly predictionId: string | null;
  readonly index: number | null;
  /** Whatever helps to see why; JSON. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** The report as it came, JSON, where sending it again may succeed once the cause is mended. */
  readonly report: Readonly<Record<string, unknown>> | null;
  /** Unix milliseconds. */
  readonly receivedMs: number;
}

export function encodeRejection(rejection: Rejection): Buffer {
  return Buffer.from(JSON.stringify(rejection, storable));
}

export function decodeRejection(record: Uint8Array): Rejection {
  return JSON.parse(Buffer.from(record.buffer, record.byteOffset, record.byteLength).toString()) as Rejection;
}

/** A forged text may hold what jsonb cannot: U+0000 and unpaired surrogates. */
function storable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD').toWellFormed() : value;
}
