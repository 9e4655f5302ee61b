import type { Columns } from './column';
import { MessageBuffer } from './message-buffer';

const out = new MessageBuffer();

/** Columns as they lie in an encoded PredictRequest, so that the serving decoder reads them back. */
export function encodeColumns(columns: Columns): Uint8Array {
  out.reset();
  for (const [name, column] of columns) {
    const start = out.begin(7);
    out.text(1, name);
    switch (column.kind) {
      case 'f32':
        out.bytesField(6, bytesOf(column.values));
        break;
      case 'i32':
        out.bytesField(7, bytesOf(column.values));
        break;
      case 'i64':
        out.packedInt64s(3, column.values);
        break;
      case 'dict':
        for (const text of column.dict) out.textEntry(4, text);
        out.packedUints(5, column.idx);
        break;
    }
    if (column.missing !== undefined) out.bytesField(8, column.missing);
    out.end(start);
  }
  return out.toBytes();
}

function bytesOf(values: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
