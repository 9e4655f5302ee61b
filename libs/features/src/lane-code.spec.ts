import { bits, type Code, i16x8, i32x4, i8x16, LaneFunction } from './lane-code';

type Lane = (a: number, b: number) => number;

/** Numbers that differ in every byte, small and large, of both signs. */
const WORDS = Int32Array.from({ length: 64 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >> (i & 15));
const FIXED = [0x01027fff, -5, 0x7f80ff03, 300] as const;

/** Runs a function that puts `operation` of each vector and of FIXED in its place. */
function run(operation: (a: Code, b: Code) => Code): Uint8Array {
  const code = new LaneFunction(2);
  const fixed = code.constant(FIXED);
  code.forEach(code.parameter(0), code.parameter(1), (vector) => operation(vector, fixed));
  const program = code.finish(i32x4.anyNegative(code.words(0)));
  const { buffer } = program.memory;
  new Int32Array(buffer, program.reserved).set(WORDS);
  expect(program.run(program.reserved, program.reserved + WORDS.byteLength)).toBe(0);
  return new Uint8Array(buffer, program.reserved, WORDS.byteLength).slice();
}

type Numbers = Int8ArrayConstructor | Int16ArrayConstructor | Int32ArrayConstructor;

/** What `run` has to give when every number of the type is calculated from the two in its place. */
function numberwise(type: Numbers, lane: Lane): Uint8Array {
  const a = new type(WORDS.buffer);
  const b = new type(Int32Array.from(FIXED).buffer);
  return new Uint8Array(new type(Array.from(a, (x, i) => lane(x, b[i % b.length]))).buffer);
}

describe('LaneFunction', () => {
  it.each<[string, (a: Code, b: Code) => Code, Numbers, Lane]>([
    ['and', bits.and, Int32Array, (a, b) => a & b],
    ['and not', bits.andNot, Int32Array, (a, b) => a & ~b],
    ['or', bits.or, Int32Array, (a, b) => a | b],
    ['exclusive or', bits.xor, Int32Array, (a, b) => a ^ b],
    ['selected words', (a, b) => bits.select(a, b, i32x4.greater(a, b)), Int32Array, Math.max],
    ['bytes that are greater', i8x16.greater, Int8Array, (a, b) => (a > b ? -1 : 0)],
    ['sums of bytes', i8x16.add, Int8Array, (a, b) => a + b],
    ['differences of bytes', i8x16.subtract, Int8Array, (a, b) => a - b],
    ['16-bit products', i16x8.multiply, Int16Array, (a, b) => Math.imul(a, b)],
    ['16-bit upper products', i16x8.multiplyHigh, Int16Array, (a, b) => (Math.imul(a, b) + 2 ** 14) >> 15],
    ['16-bit differences', i16x8.subtract, Int16Array, (a, b) => a - b],
    ['16-bit shifts to the left', (a) => i16x8.shiftLeft(a, 3), Int16Array, (a) => a << 3],
    ['16-bit shifts to the right', (a) => i16x8.shiftRight(a, 3), Int16Array, (a) => (a & 0xffff) >>> 3],
    ['words that are greater', i32x4.greater, Int32Array, (a, b) => (a > b ? -1 : 0)],
    ['sums of words', i32x4.add, Int32Array, (a, b) => a + b],
    ['differences of words', i32x4.subtract, Int32Array, (a, b) => a - b],
    ['products of words', i32x4.multiply, Int32Array, (a, b) => Math.imul(a, b)],
    ['larger words', i32x4.maxUnsigned, Int32Array, (a, b) => Math.max(a >>> 0, b >>> 0)],
    ['shifts of words to the left', (a) => i32x4.shiftLeft(a, 31), Int32Array, (a) => a << 31],
    ['shifts of words to the right', (a) => i32x4.shiftRight(a, 31), Int32Array, (a) => a >>> 31],
  ])('calculates %s', (_name, operation, type, lane) => {
    expect(run(operation)).toEqual(numberwise(type, lane));
  });

  it('multiplies words to 64 bits and picks their halves', () => {
    const low = run((a, b) => i32x4.even(i32x4.widenLow(a, b), i32x4.widenHigh(a, b)));
    const high = run((a, b) => i32x4.odd(i32x4.widenLow(a, b), i32x4.widenHigh(a, b)));
    const product: (a: number, b: number) => bigint = (a, b) => BigInt(a >>> 0) * BigInt(b >>> 0);
    expect(low).toEqual(numberwise(Int32Array, (a, b) => Number(product(a, b) & 0xffffffffn)));
    expect(high).toEqual(numberwise(Int32Array, (a, b) => Number(product(a, b) >> 32n)));
  });

  it('interleaves halves of words', () => {
    const code = (pick: (a: Code, b: Code) => Code) => new Int16Array(run(pick).buffer);
    const [a, b] = [new Int16Array(WORDS.buffer), new Int16Array(Int32Array.from(FIXED).buffer)];
    expect([...code(i16x8.interleaveLow).subarray(8, 16)]).toEqual([0, 1, 2, 3].flatMap((i) => [a[8 + i], b[i]]));
    expect([...code(i16x8.interleaveHigh).subarray(8, 16)]).toEqual([4, 5, 6, 7].flatMap((i) => [a[8 + i], b[i]]));
  });

  it('takes bytes from given places, zero from others', () => {
    const places = new Int8Array(WORDS.buffer);
    const from = new Int8Array(Int32Array.from(FIXED).buffer);
    expect(run((a, b) => i8x16.at(b, a))).toEqual(Uint8Array.from(places, (place) => from[place] ?? 0));
  });

  it('fills vectors from parameters, tells negative numbers, and keeps constants and variables in any number', () => {
    const code = new LaneFunction(4);
    const [at, end, word, byte] = [0, 1, 2, 3].map((i) => code.parameter(i));
    const seen = code.variable();
    const filled = code.keep(bits.xor(i32x4.fill(word), i8x16.fill(byte)));
    let sum = filled;
    for (let i = 0; i < 200; i++) sum = code.keep(i32x4.add(sum, code.words(i * 1000)));
    code.forEach(at, end, (vector) => {
      code.assign(seen, bits.or(seen, vector));
      return i32x4.add(vector, bits.xor(sum, bits.xor(code.bytes(3), code.halves(0x0303))));
    });
    const { run, memory, reserved } = code.finish(i32x4.anyNegative(seen));
    const lanes = new Int32Array(memory.buffer, reserved);
    lanes.set([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(run(reserved, reserved + 32, 70_000, 1)).toBe(0);
    const added = (70_000 ^ 0x01010101) + 199 * 100 * 1000;
    expect([...lanes.subarray(0, 9)]).toEqual([...[1, 2, 3, 4, 5, 6, 7, 8].map((x) => x + added), 0]);
    lanes.set([1, 2, 3, -4]);
    expect(run(reserved, reserved + 16, 0, 0)).not.toBe(0);
  });
});
