/** One value per row of an answer, with the datatype that says how it is written. */
export type OutputTensor =
  | { readonly name: string; readonly datatype: 'FP32'; readonly values: Float32Array }
  | { readonly name: string; readonly datatype: 'FP64'; readonly values: Float64Array }
  | { readonly name: string; readonly datatype: 'UINT32'; readonly values: Uint32Array }
  | { readonly name: string; readonly datatype: 'INT64'; readonly values: BigInt64Array }
  | { readonly name: string; readonly datatype: 'BYTES'; readonly values: readonly string[] };

/** An output's values as the protocol's raw bytes: little-endian, BYTES elements after their uint32 length. */
export function rawOutput(tensor: OutputTensor): Buffer {
  if (tensor.datatype !== 'BYTES') {
    const { buffer, byteOffset, byteLength } = tensor.values;
    return Buffer.from(buffer, byteOffset, byteLength);
  }
  const parts: Buffer[] = [];
  for (const text of tensor.values) {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}

/** An output's values as JSON; 64-bit integers here are amounts below 2^53, so numbers hold them exactly. */
export function jsonOutput(tensor: OutputTensor): readonly (number | string)[] {
  switch (tensor.datatype) {
    case 'BYTES':
      return tensor.values;
    case 'INT64':
      return Array.from(tensor.values, Number);
    case 'FP32':
    case 'FP64':
    case 'UINT32':
      return Array.from(tensor.values);
  }
}
