import { textHash } from '@adlift/memory';

/** Open addressing over places of texts; entries of earlier calls are told by their generation. */
const SLOTS = 4096;
const MOST = SLOTS / 2;
const places = new Uint16Array(SLOTS);
const generations = new Uint32Array(SLOTS);
let generation = 0;

/**
 * Place of the first text that stands before it as well; -1 when all differ. At most 2,048 texts. Does what a Set would,
 * without making one for each request.
 */
export function firstRepeated(texts: readonly string[]): number {
  if (texts.length > MOST) throw new RangeError(`at most ${MOST} texts, got ${texts.length}`);
  generation = (generation + 1) >>> 0;
  if (generation === 0) generations.fill(generation++);
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] ?? '';
    let slot = textHash(text) & (SLOTS - 1);
    for (; generations[slot] === generation; slot = (slot + 1) % SLOTS) {
      if (texts[places[slot] ?? 0] === text) return i;
    }
    generations[slot] = generation;
    places[slot] = i;
  }
  return -1;
}
