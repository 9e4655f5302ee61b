/** One field of a protobuf message: a number for varints, bytes for what is length-delimited, neither for the rest. */
export interface ProtobufField {
  readonly number: number;
  readonly value: number | undefined;
  readonly bytes: Uint8Array | undefined;
}

const utf8 = new TextDecoder();

/** Fields of a protobuf message in the order of its bytes. Throws RangeError when the bytes are no protobuf message. */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
  const reader = new VarintReader(message);
  while (reader.at < message.length) {
    const tag = reader.read();
    const number = Math.floor(tag / 8);
    if (number < 1) throw new RangeError(`there is no field ${number}`);
    switch (tag % 8) {
      case 0:
        yield { number, value: reader.read(), bytes: undefined };
        break;
      case 1:
        reader.take(8);
        yield { number, value: undefined, bytes: undefined };
        break;
      case 2:
        yield { number, value: undefined, bytes: reader.take(reader.read()) };
        break;
      case 5:
        reader.take(4);
        yield { number, value: undefined, bytes: undefined };
        break;
      default:
        throw new RangeError(`field ${number} has the unknown wire type ${tag % 8}`);
    }
  }
}

/** A length-delimited field as text. */
export function protobufText({ bytes }: ProtobufField): string {
  return bytes === undefined ? '' : utf8.decode(bytes);
}

class VarintReader {
  at = 0;

  constructor(private readonly message: Uint8Array) {}

  /** Exact up to 2^53, which no length or number that is read here reaches. */
  read(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 63; scale *= 128) {
      if (this.at >= this.message.length) break;
      const byte = this.message[this.at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError('the message ends inside a number');
  }

  take(length: number): Uint8Array {
    const end = this.at + length;
    if (!(end <= this.message.length)) throw new RangeError('a field is longer than its message');
    const bytes = this.message.subarray(this.at, end);
    this.at = end;
    return bytes;
  }
}
