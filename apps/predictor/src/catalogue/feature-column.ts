import type { Column } from '@adlift/wire';
import { TextDictionary } from './text-dictionary';

/** One feature of all ads: an entry a row, row 0 being that of ads the catalogue does not know. */
export interface FeatureColumn {
  readonly name: string;
  /** Rows with a value. */
  readonly used: number;
  /** Makes room for rows below `capacity`. */
  reserve(capacity: number): void;
  /** Writes a value; the row must be clear. */
  set(row: number, value: number | string): void;
  clear(row: number): void;
  /** undefined when missing. */
  valueAt(row: number): number | string | undefined;
  /**
   * The column of a request whose candidate i has row `rows[i]`, for the first `n`. It takes 4 n bytes of `memory`,
   * zeros so far, from `offset` on: all columns of a request share one allocation.
   */
  gather(rows: Int32Array, n: number, memory: ArrayBuffer, offset: number): Column;
}

/** Numbers in single precision; NaN marks a row without one. */
export class NumberFeature implements FeatureColumn {
  used = 0;
  private values: Float32Array;

  constructor(
    readonly name: string,
    capacity: number,
  ) {
    this.values = new Float32Array(capacity).fill(NaN);
  }

  reserve(capacity: number): void {
    const values = new Float32Array(capacity).fill(NaN, this.values.length);
    values.set(this.values);
    this.values = values;
  }

  set(row: number, value: number | string): void {
    this.values[row] = Number(value);
    this.used++;
  }

  clear(row: number): void {
    if (Number.isNaN(this.values[row])) return;
    this.values[row] = NaN;
    this.used--;
  }

  valueAt(row: number): number | undefined {
    const value = this.values[row];
    return Number.isNaN(value) ? undefined : value;
  }

  gather(rows: Int32Array, n: number, memory: ArrayBuffer, offset: number): Column {
    const source = this.values;
    const values = new Float32Array(memory, offset, n);
    let missing: Uint8Array | undefined;
    for (let i = 0; i < n; i++) {
      const value = source[rows[i]];
      if (Number.isNaN(value)) {
        missing ??= new Uint8Array((n + 7) >> 3);
        missing[i >> 3] |= 1 << (i & 7);
      } else values[i] = value;
    }
    return missing === undefined ? { kind: 'f32', values } : { kind: 'f32', values, missing };
  }
}

/** Texts by code. A request gets a dictionary of its own: the whole one is long, and changes with the catalogue. */
export class TextFeature implements FeatureColumn {
  used = 0;
  private readonly dictionary = new TextDictionary();
  private codes: Uint32Array;
  /** Of each code, its place in the dictionary being made plus one; all 0 between requests. */
  private places = new Uint16Array(64);

  constructor(
    readonly name: string,
    capacity: number,
  ) {
    this.codes = new Uint32Array(capacity);
  }

  reserve(capacity: number): void {
    const codes = new Uint32Array(capacity);
    codes.set(this.codes);
    this.codes = codes;
  }

  set(row: number, value: number | string): void {
    const code = this.dictionary.acquire(String(value));
    if (code >= this.places.length) this.places = new Uint16Array(2 * this.places.length);
    this.codes[row] = code;
    this.used++;
  }

  clear(row: number): void {
    const code = this.codes[row];
    if (code === 0) return;
    this.dictionary.release(code);
    this.codes[row] = 0;
    this.used--;
  }

  valueAt(row: number): string | undefined {
    const code = this.codes[row];
    return code === 0 ? undefined : this.dictionary.text(code);
  }

  gather(rows: Int32Array, n: number, memory: ArrayBuffer, offset: number): Column {
    const { codes, places, dictionary } = this;
    const idx = new Uint32Array(memory, offset, n);
    const dict: string[] = [];
    let missing: Uint8Array | undefined;
    for (let i = 0; i < n; i++) idx[i] = codes[rows[i]];
    for (let i = 0; i < n; i++) {
      const code = idx[i];
      if (code === 0) {
        missing ??= new Uint8Array((n + 7) >> 3);
        missing[i >> 3] |= 1 << (i & 7);
        continue;
      }
      let place = places[code];
      if (place === 0) {
        place = dict.push(dictionary.text(code));
        places[code] = place;
      }
      idx[i] = place - 1;
    }
    for (let i = 0; i < n; i++) places[codes[rows[i]]] = 0;
    return missing === undefined ? { kind: 'dict', dict, idx } : { kind: 'dict', dict, idx, missing };
  }
}
