import { EIGHT_DIGITS, ZEROS } from './decimal-digits';
import { bits, type Code, i16x8, i32x4, i8x16, LaneFunction, type LaneProgram } from './lane-code';
import { C1, C2, C3, FINAL_1, FINAL_2 } from './murmur3';

/** What a column's values are hashed behind. */
export interface HashedPrefix {
  /** State of murmur3 after the whole blocks of the prefix, and their length in bytes. */
  readonly state: number;
  readonly wholeBytes: number;
  /** The bytes behind the whole blocks, 0 to 3 of them, as a little-endian word. */
  readonly pending: number;
  readonly pendingBytes: number;
}

const PAGE = 65536;
const LARGEST = EIGHT_DIGITS - 1;

/** Mixes as murmur3.ts does, four hashes at a time. */
class Murmur3Lanes {
  constructor(private readonly code: LaneFunction) {}

  mixBlock(block: Code): Code {
    return i32x4.multiply(this.rotate(i32x4.multiply(block, this.code.words(C1)), 15), this.code.words(C2));
  }

  mixIn(state: Code, block: Code): Code {
    const turned = this.code.keep(this.rotate(bits.xor(state, this.mixBlock(block)), 13));
    return i32x4.add(i32x4.add(i32x4.shiftLeft(turned, 2), turned), this.code.words(C3));
  }

  finalMix(state: Code, length: Code): Code {
    const first = i32x4.multiply(this.fold(bits.xor(state, length), 16), this.code.words(FINAL_1));
    return this.fold(i32x4.multiply(this.fold(first, 13), this.code.words(FINAL_2)), 16);
  }

  private rotate(x: Code, by: number): Code {
    const kept = this.code.keep(x);
    return bits.or(i32x4.shiftLeft(kept, by), i32x4.shiftRight(kept, 32 - by));
  }

  private fold(x: Code, by: number): Code {
    const kept = this.code.keep(x);
    return bits.xor(kept, i32x4.shiftRight(kept, by));
  }
}

/** Eight decimal digits with leading zeros of numbers below 10^8, as two little-endian words of text. */
function eightDigits(code: LaneFunction, value: Code): [Code, Code] {
  // ceil(2^45 / 10^4): exact for all of 32 bits (Granlund and Montgomery, Division by invariant integers, theorem 4.2).
  const inverse = code.words(0xd1b71759);
  const product = i32x4.odd(i32x4.widenLow(value, inverse), i32x4.widenHigh(value, inverse));
  const high = i32x4.shiftRight(product, 45 - 32);
  // The first four digits in the lower half of a word, the last four in the upper: high + 2^16 (value - 10^4 high).
  const minus = i32x4.multiply(high, code.words(2 ** 16 * 10_000 - 1));
  const fours = code.keep(i32x4.subtract(i32x4.shiftLeft(value, 16), minus));
  // 20971 / 2^21 is 1 / 100 and 103 / 2^10 is 1 / 10, close enough for every number that comes here.
  const front = code.keep(i16x8.shiftRight(i16x8.multiplyHigh(fours, code.halves(20971)), 21 - 15));
  const back = i16x8.subtract(fours, i16x8.multiply(front, code.halves(100)));
  const [fronts, backs] = [front, code.keep(back)].map((pair) => {
    // The first digit in the lower byte, the second in the upper: tens + 2^8 (pair - 10 tens).
    const tens = i16x8.shiftRight(i16x8.multiply(pair, code.halves(103)), 10);
    return code.keep(i16x8.subtract(i16x8.shiftLeft(pair, 8), i16x8.multiply(tens, code.halves(2 ** 8 * 10 - 1))));
  });
  const zeros = code.words(ZEROS);
  const half = code.keep(bits.or(i16x8.interleaveLow(fronts, backs), zeros));
  const otherHalf = code.keep(bits.or(i16x8.interleaveHigh(fronts, backs), zeros));
  return [code.keep(i32x4.even(half, otherHalf)), code.keep(i32x4.odd(half, otherHalf))];
}

/** The digits moved up by `by` bytes, 0 to 3 in each byte of a lane, as three words; the lowest bytes are of no use. */
function moveUp(code: LaneFunction, [first, second]: [Code, Code], by: Code): [Code, Code, Code] {
  const here = code.keep(i8x16.subtract(code.constant([0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c]), by));
  const before = code.keep(i8x16.add(here, code.bytes(4)));
  const passed = code.keep(i8x16.greater(by, code.words(0x03020100)));
  return [
    i8x16.at(first, here),
    bits.select(i8x16.at(first, before), i8x16.at(second, here), passed),
    bits.and(i8x16.at(second, before), passed),
  ];
}

/**
 * What is pending of the prefix and 1 to 8 digits are a text of 1 to 11 bytes: up to two whole blocks and a tail of 0
 * to 3 bytes. Eight padded digits, moved up by the length of the tail, have the tail in a word of its own and the blocks
 * before it. Every value takes all steps, and masks drop the blocks that it does not have: with ids of any length the
 * processor would guess a branch wrong as often as not, which costs more than the steps.
 */
function hashProgram(): LaneProgram {
  const code = new LaneFunction(8);
  const murmur3 = new Murmur3Lanes(code);
  const [at, end, shortestText, ...given] = Array.from({ length: 8 }, (_, i) => code.parameter(i));
  const shortest = code.keep(i8x16.fill(shortestText));
  const [state, wholeBytes, pending, ownBytes, overZeros] = given.map((word) => code.keep(i32x4.fill(word)));
  const largest = code.variable();

  code.forEach(at, end, (value) => {
    code.assign(largest, i32x4.maxUnsigned(largest, value));
    const digits = eightDigits(code, value);

    // Length of the text in each byte of a lane: a comparison that holds is -1 in all four.
    let length = shortest;
    for (let places = 1; places < 8; places++) {
      length = i8x16.subtract(length, i32x4.greater(value, code.words(10 ** places - 1)));
    }
    const bytes = code.keep(length);
    const hasOne = code.keep(i8x16.greater(bytes, code.bytes(3)));
    const hasTwo = code.keep(i8x16.greater(bytes, code.bytes(7)));

    const tailBytes = code.keep(bits.and(bytes, code.bytes(3)));
    const [block0, block1, tail] = moveUp(code, digits, tailBytes);
    // The pending bytes begin the text. In the first block they have to displace whatever is there. A text that begins
    // later has the digits it lacks there, leading zeros: one exclusive or takes those away and puts the bytes in.
    const whole0 = bits.or(bits.and(block0, ownBytes), pending);
    const whole1 = bits.xor(block1, bits.andNot(overZeros, hasTwo));
    const rest = bits.xor(tail, bits.andNot(overZeros, hasOne));

    const state0 = code.keep(bits.select(murmur3.mixIn(state, whole0), state, hasTwo));
    const state1 = bits.select(murmur3.mixIn(state0, whole1), state, hasOne);
    const allBytes = i32x4.add(i32x4.shiftRight(bytes, 24), wholeBytes);
    return murmur3.finalMix(bits.xor(state1, murmur3.mixBlock(rest)), allBytes);
  });
  // What is left to the largest value that eight digits hold is negative for larger ones; from 2^31 on they are so.
  return code.finish(i32x4.anyNegative(bits.or(largest, i32x4.subtract(code.words(LARGEST), largest))));
}

const { run, memory, reserved } = hashProgram();
let input = new Int32Array(memory.buffer, reserved);
let output = new Uint32Array(memory.buffer, reserved);

/**
 * Hashes of the first `n` values: murmur3_x86_32, seed 0, of the prefix and the value's decimal text, in memory of the
 * thread that the next call overwrites. `hashOther` is asked for those of values below 0 and above 99,999,999.
 */
export function hashLanes(
  values: Int32Array,
  n: number,
  { state, wholeBytes, pending, pendingBytes }: HashedPrefix,
  hashOther: (value: number) => number,
): Uint32Array {
  if (n > input.length) {
    memory.grow(Math.ceil((4 * n) / PAGE));
    input = new Int32Array(memory.buffer, reserved);
    output = new Uint32Array(memory.buffer, reserved);
  }
  for (let i = 0; i < n; i++) input[i] = values[i];
  // What an earlier column left behind the last value is not to count as one of the others.
  for (let i = n; (i & 3) !== 0; i++) input[i] = 0;
  const ownBytes = -1 << (8 * pendingBytes);
  const overZeros = pending ^ (ZEROS & ~ownBytes);
  const others = run(reserved, reserved + 4 * n, pendingBytes + 1, state, wholeBytes, pending, ownBytes, overZeros);
  if (others !== 0) {
    for (let i = 0; i < n; i++) if (values[i] >>> 0 > LARGEST) output[i] = hashOther(values[i]);
  }
  return output;
}
