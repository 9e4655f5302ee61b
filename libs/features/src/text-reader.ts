import type { Column } from '@adlift/wire';
import { textAt, usableLength } from './column-entry';
import type { DirectText } from './direct-feature';
import { RowFlag } from './row-flags';

/** Reads the `n` texts of one direct feature, as DirectReader does numbers. */
export class TextReader {
  private readonly texts: string[] = [];

  constructor(private readonly feature: DirectText) {}

  read(column: Column | undefined, n: number, flags: Uint8Array): readonly string[] {
    const length = usableLength(column, n);
    for (let i = 0; i < n; i++) {
      const text = column === undefined || length === 0 ? undefined : textAt(column, length === 1 ? 0 : i);
      this.texts[i] = text ?? this.feature.missing;
      if (text === undefined) flags[i] |= RowFlag.MISSING_FEATURE;
    }
    return this.texts;
  }
}
