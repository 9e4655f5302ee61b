/** FNV-1a (Fowler, Noll, Vo) over the UTF-16 code units, signed: quick for short texts, and good enough for tables. */
export function textHash(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}
