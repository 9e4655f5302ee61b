// The protobuf runtime of the generated code. 64-bit integers become bigint: a time in nanoseconds since 1970 is
// larger than a number holds exactly.
const protobuf = require('protobufjs/minimal');

class ExactReader extends protobuf.BufferReader {
  static recursionLimit = protobuf.Reader.recursionLimit;

  static create(bytes) {
    return new ExactReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  fixed64() {
    // Throws RangeError past the end, as the other readers do.
    const value = this.buf.readBigUInt64LE(this.pos);
    this.pos += 8;
    return value;
  }

  int64() {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.buf.readUInt8(this.pos++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw new RangeError('a varint has at most 10 bytes');
  }
}

class ExactWriter extends protobuf.BufferWriter {
  static create() {
    return new ExactWriter();
  }

  fixed64(value) {
    return super.fixed64(halves(value));
  }

  int64(value) {
    return super.int64(halves(value));
  }
}

function halves(value) {
  const bits = BigInt.asUintN(64, BigInt(value));
  return { low: Number(bits & 0xffffffffn), high: Number(bits >> 32n) };
}

module.exports = {
  ...protobuf,
  Reader: ExactReader,
  Writer: ExactWriter,
  util: Object.create(protobuf.util, { Long: { value: { fromBits: () => 0n } } }),
};
