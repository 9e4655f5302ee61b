const INITIAL = 64;

/** Distinct texts by code, from 1 on; 0 stands for no text. A text that nobody refers to any more gives its code back. */
export class TextDictionary {
  private readonly codes = new Map<string, number>();
  private readonly texts: string[] = [''];
  private readonly free: number[] = [];
  private references = new Uint32Array(INITIAL);

  /** Codes are below this. */
  get size(): number {
    return this.texts.length;
  }

  /** The text of a code that is in use. */
  text(code: number): string {
    return this.texts[code] ?? '';
  }

  /** The code of a text with one more reference to it; the empty text is a text like others. */
  acquire(text: string): number {
    let code = this.codes.get(text);
    if (code === undefined) {
      code = this.free.pop() ?? this.texts.length;
      this.codes.set(text, code);
      this.texts[code] = text;
      if (code >= this.references.length) this.references = grown(this.references, 2 * this.references.length);
    }
    this.references[code]++;
    return code;
  }

  /** Takes one reference back. */
  release(code: number): void {
    if (code === 0 || --this.references[code] > 0) return;
    this.codes.delete(this.text(code));
    this.texts[code] = '';
    this.free.push(code);
  }
}

function grown(values: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(length);
  copy.set(values);
  return copy;
}
