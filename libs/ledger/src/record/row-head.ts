const COLUMNS_BYTES = 2;
const LENGTH_BYTES = 4;
/** Where the first column's value is: behind the number of columns and its own length. */
const FIRST_VALUE_AT = COLUMNS_BYTES + LENGTH_BYTES;

/** Days since 2000-01-01 of a row in binary COPY format that begins with its day. */
export function dayOfRow(row: Uint8Array): number {
  return viewOf(row).getInt32(FIRST_VALUE_AT);
}

/** The row, whose first column is its place in the batch, with that set in its own bytes. */
export function placed(row: Uint8Array, seq: number): Uint8Array {
  viewOf(row).setInt32(FIRST_VALUE_AT, seq);
  return row;
}

/** The bytes of one column of a row, counted from 0; none for NULL. Throws RangeError for a row that ends before it. */
export function columnOf(row: Uint8Array, column: number): Uint8Array {
  const view = viewOf(row);
  let at = COLUMNS_BYTES;
  for (let before = 0; before < column; before++) at += LENGTH_BYTES + Math.max(0, view.getInt32(at));
  const from = at + LENGTH_BYTES;
  return row.subarray(from, from + Math.max(0, view.getInt32(at)));
}

function viewOf(row: Uint8Array): DataView {
  return new DataView(row.buffer, row.byteOffset, row.byteLength);
}
