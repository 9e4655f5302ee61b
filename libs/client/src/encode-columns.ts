import { proto, type Columns } from '@adlift/wire';

/** Columns as protobuf messages, numbers as little-endian bytes, which are the fastest to decode. */
export function encodeColumns(columns: Columns): proto.v1.IColumn[] {
  return [...columns].map(([name, column]) => {
    const missing = column.missing ?? null;
    switch (column.kind) {
      case 'f32':
        return { name, rawF32: bytesOf(column.values), missing };
      case 'i32':
        return { name, rawI32: bytesOf(column.values), missing };
      case 'i64':
        return { name, i64: Array.from(column.values, Number), missing };
      case 'dict':
        return { name, dict: [...column.dict], idx: Array.from(column.idx), missing };
    }
  });
}

function bytesOf(values: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
