const utf8 = new TextEncoder();

/** Emits protobuf wire format: each call appends one field. Values are written once, whatever the nesting. */
export class ProtobufWriter {
  private readonly chunks: Uint8Array[] = [];
  private size = 0;

  /** Varint field: an integer in [0, 2^53). */
  varint(field: number, value: number): this {
    return this.push(varintBytes(field * 8)).push(varintBytes(value));
  }

  /** Repeated varint field in packed form; an empty list writes nothing. */
  packedVarints(field: number, values: readonly number[]): this {
    if (values.length === 0) return this;
    const packed = new ProtobufWriter();
    for (const value of values) packed.push(varintBytes(value));
    return this.message(field, packed);
  }

  /** 32-bit float field. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.push(varintBytes(field * 8 + 5)).push(bytes);
  }

  /** Length-delimited field; the bytes are not copied before `finish`. */
  bytes(field: number, value: Uint8Array): this {
    return this.push(varintBytes(field * 8 + 2))
      .push(varintBytes(value.length))
      .push(value);
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  message(field: number, value: ProtobufWriter): this {
    this.push(varintBytes(field * 8 + 2)).push(varintBytes(value.size));
    for (const chunk of value.chunks) this.push(chunk);
    return this;
  }

  finish(): Uint8Array {
    const all = new Uint8Array(this.size);
    let at = 0;
    for (const chunk of this.chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }

  private push(chunk: Uint8Array): this {
    this.chunks.push(chunk);
    this.size += chunk.length;
    return this;
  }
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
