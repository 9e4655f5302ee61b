/**
 * Writes small WebAssembly functions over vectors of 128 bits, for loops that the compiler of JavaScript would run one
 * number at a time. Formats and opcodes: WebAssembly Core Specification 2.0, 5.4 (instructions) and 5.5 (modules).
 */

/** Instructions that leave one value, that of the expression they were made from. */
export type Code = readonly number[];

/** What of the platform's WebAssembly is used here: TypeScript knows it only from browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: Pick<LaneProgram, 'run' | 'memory'> };
};

/** A compiled function, and the memory of its own that it runs over. */
export interface LaneProgram {
  readonly run: (at: number, end: number, ...more: number[]) => number;
  /** 64 KiB at first; grows by pages of as much, and then has another buffer. */
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** Bytes at the start of the memory that hold constants, a multiple of 16. */
  readonly reserved: number;
}

const I32 = 0x7f;
const V128 = 0x7b;
const SECTION = { type: 1, function: 3, memory: 5, export: 7, code: 10, data: 11 };
const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** LEB128: seven bits a byte, lowest first, the eighth set in all bytes but the last. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const byte = value & 0x7f;
  const rest = value >> 7;
  return rest === -(byte >> 6) ? [byte] : [byte | 0x80, ...signed(rest)];
}

const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const sized = (code: Code): Code => [...unsigned(code.length), ...code];
const section = (id: number, ...items: Code[]): Code => [id, ...sized(list(items))];
const name = (text: string): Code => sized([...Buffer.from(text)]);

const int = (value: number): Code => [0x41, ...signed(value)];
const vector = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const unary = (opcode: number) => (a: Code) => [...a, ...vector(opcode)];
const binary = (opcode: number) => (a: Code, b: Code) => [...a, ...b, ...vector(opcode)];
const shift = (opcode: number) => (a: Code, by: number) => [...a, ...int(by), ...vector(opcode)];
const load = (address: Code, offset = 0): Code => [...address, ...vector(0x00), 4, ...unsigned(offset)];
/** Picks numbers of `size` bytes by their places, those of the second operand counted on from those of the first. */
const pick = (size: number, places: readonly number[]) => {
  const bytes = places.flatMap((place) => Array.from({ length: size }, (_, i) => place * size + i));
  return (a: Code, b: Code) => [...a, ...b, ...vector(0x0d), ...bytes];
};

/** Operations on the bits of whole vectors. */
export const bits = {
  and: binary(0x4e),
  /** What is set in the first operand and not in the second. */
  andNot: binary(0x4f),
  or: binary(0x50),
  xor: binary(0x51),
  /** The bits of the first operand where the mask is set, those of the second elsewhere. */
  select: (yes: Code, no: Code, mask: Code): Code => [...yes, ...no, ...mask, ...vector(0x52)],
};

/** Sixteen numbers of 8 bits. Comparisons, signed here and below, give -1 where they hold and 0 elsewhere. */
export const i8x16 = {
  /** The bytes of the first operand at the places that the second gives; 0 for places outside 0 to 15. */
  at: binary(0x0e),
  fill: unary(0x0f),
  greater: binary(0x27),
  add: binary(0x6e),
  subtract: binary(0x71),
};

/** Eight numbers of 16 bits; shifts to the right are unsigned. */
export const i16x8 = {
  interleaveLow: pick(2, [0, 8, 1, 9, 2, 10, 3, 11]),
  interleaveHigh: pick(2, [4, 12, 5, 13, 6, 14, 7, 15]),
  /** (a b + 2^14) / 2^15 of signed numbers, rounded down. */
  multiplyHigh: binary(0x82),
  shiftLeft: shift(0x8b),
  shiftRight: shift(0x8d),
  subtract: binary(0x91),
  multiply: binary(0x95),
};

/** Four numbers of 32 bits; shifts to the right are unsigned. */
export const i32x4 = {
  even: pick(4, [0, 2, 4, 6]),
  odd: pick(4, [1, 3, 5, 7]),
  fill: unary(0x11),
  greater: binary(0x3b),
  /** As a 32-bit integer: 0 when no number is negative. */
  anyNegative: unary(0xa4),
  shiftLeft: shift(0xab),
  shiftRight: shift(0xad),
  add: binary(0xae),
  subtract: binary(0xb1),
  multiply: binary(0xb5),
  maxUnsigned: binary(0xb9),
  /** Unsigned products of 64 bits, of numbers 0 and 1 or of 2 and 3. */
  widenLow: binary(0xde),
  widenHigh: binary(0xdf),
};

/** A function of 32-bit integers, written statement by statement, that runs over vectors in its own memory. */
export class LaneFunction {
  private readonly statements: number[] = [];
  private readonly locals: Code[] = [];
  private readonly constants: (readonly number[])[] = [];

  constructor(private readonly parameters: number) {}

  parameter(index: number): Code {
    return [0x20, ...unsigned(index)];
  }

  /** A vector that is 0 before it is assigned. */
  variable(): Code {
    const index = this.parameters + this.locals.length;
    this.locals.push([1, V128]);
    return [0x20, ...unsigned(index)];
  }

  /** Sets what {@link variable} or {@link parameter} gave. */
  assign([, ...index]: Code, value: Code): void {
    this.statements.push(...value, 0x21, ...index);
  }

  /** Calculates a vector here and once, however often it is read. */
  keep(value: Code): Code {
    const variable = this.variable();
    this.assign(variable, value);
    return variable;
  }

  /** Four words. They are read from memory: V8 makes a constant anew, in three instructions, wherever one stands. */
  constant(words: readonly [number, number, number, number]): Code {
    const known = this.constants.findIndex((other) => other.every((word, i) => word === words[i]));
    return load(int(0), 16 * (known < 0 ? this.constants.push(words) - 1 : known));
  }

  /** Four times the 32-bit `value`. */
  words(value: number): Code {
    return this.constant([value, value, value, value]);
  }

  /** Eight times the 16-bit `value`. */
  halves(value: number): Code {
    return this.words(value | (value << 16));
  }

  /** Sixteen times the 8-bit `value`. */
  bytes(value: number): Code {
    return this.halves(value | (value << 8));
  }

  /**
   * Runs over the vectors from address `at`, a parameter, until `end`, and over the first one in any case; what `body`
   * returns takes the place of each.
   */
  forEach(at: Code, end: Code, body: (vector: Code) => Code): void {
    this.statements.push(0x03, 0x40);
    const result = body(this.keep(load(at)));
    this.statements.push(...at, ...result, ...vector(0x0b), 4, 0);
    this.assign(at, [...at, ...int(16), 0x6a]);
    this.statements.push(...at, ...end, 0x49, 0x0d, 0, 0x0b);
  }

  /** Compiles the function, which returns the 32-bit `result`. */
  finish(result: Code): LaneProgram {
    const integers = (count: number) => list(Array.from({ length: count }, () => [I32]));
    const code = [...list(this.locals), ...this.statements, ...result, 0x0b];
    const constants = Buffer.from(Int32Array.from(this.constants.flat()).buffer);
    const bytes = Uint8Array.from([
      ...HEADER,
      ...section(SECTION.type, [0x60, ...integers(this.parameters), ...integers(1)]),
      ...section(SECTION.function, [0]),
      ...section(SECTION.memory, [0, 1]),
      ...section(SECTION.export, [...name('run'), 0, 0], [...name('memory'), 2, 0]),
      ...section(SECTION.code, sized(code)),
      ...section(SECTION.data, [0, ...int(0), 0x0b, ...sized([...constants])]),
    ]);
    const { run, memory } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
    return { run, memory, reserved: constants.length };
  }
}
