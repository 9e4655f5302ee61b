const BYTES = 120;

/** A record that holds nothing but its number, in every word, so that a mixed-up one is noticed. */
export function numbered(number: number): Uint8Array {
  return new Uint8Array(new Float64Array(BYTES / 8).fill(number).buffer);
}

/** The number of a record. Throws for one that `numbered` did not make. */
export function numberOf(record: Uint8Array): number {
  const words = new Float64Array(record.slice().buffer);
  if (words.length !== BYTES / 8 || words.some((word) => word !== words[0])) throw new Error('not the record written');
  return words[0];
}
