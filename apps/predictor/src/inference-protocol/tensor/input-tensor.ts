import type { Datatype } from './datatype';

/**
 * One value per row in the narrowest array that holds the datatype exactly: FP16 and FP32 in `f32`, BOOL and integers
 * up to INT32 and UINT16 in `i32`, UINT32 and INT64 in `i64`.
 */
export type TensorValues =
  | { readonly kind: 'f32'; readonly values: Float32Array }
  | { readonly kind: 'f64'; readonly values: Float64Array }
  | { readonly kind: 'i32'; readonly values: Int32Array }
  | { readonly kind: 'i64'; readonly values: BigInt64Array }
  | { readonly kind: 'u64'; readonly values: BigUint64Array }
  | { readonly kind: 'text'; readonly values: readonly string[] };

/** An input after decoding, whatever its encoding was. */
export interface InputTensor extends TensorHeader {
  readonly data: TensorValues;
}

/** What an input says of itself. */
export interface TensorHeader {
  readonly name: string;
  readonly datatype: Datatype;
  /** Values in it, 1 to MAX_ROWS: one per row, or one for all of them. */
  readonly rows: number;
  /** Where it stood in the request, for errors. */
  readonly path: string;
}
