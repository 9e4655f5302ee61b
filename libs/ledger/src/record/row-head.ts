/** Where the first column's value is: behind the number of columns and its own length. */
const FIRST_VALUE_AT = 6;

/** Days since 2000-01-01 of a row in binary COPY format that begins with its day. */
export function dayOfRow(row: Uint8Array): number {
  return viewOf(row).getInt32(FIRST_VALUE_AT);
}

/** The row, whose first column is its place in the batch, with that set in its own bytes. */
export function placed(row: Uint8Array, seq: number): Uint8Array {
  viewOf(row).setInt32(FIRST_VALUE_AT, seq);
  return row;
}

function viewOf(row: Uint8Array): DataView {
  return new DataView(row.buffer, row.byteOffset, row.byteLength);
}
