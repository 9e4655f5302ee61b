/**
 * The lane of a unit whose name, not empty, lies in `memory` from `start` to before `end`, in UTF-8. It is told by the
 * last two characters of the name, as `unit_lane` of the database does: by bits that a code point shares with the last
 * byte of its character.
 */
export function laneOf(memory: Uint8Array, start: number, end: number): 0 | 1 {
  const last = memory[end - 1];
  let first = end - 1;
  while (first > start && (memory[first] & 0xc0) === 0x80) first--;
  // A name of one character has no other before it: then it stands for both.
  const other = first > start ? memory[first - 1] : last;
  return ((last + (other >> 1)) & 1) as 0 | 1;
}
