/** The token keys by id; the first seals, all open. A key is 32 bytes. */
export interface KeyRing {
  readonly active: number;
  readonly keys: ReadonlyMap<number, Buffer>;
}

/**
 * Reads "id:base64,id:base64": the first key seals, the others only open, so a key is rotated by putting the new one
 * first. Ids are 1 to 255. Throws Error saying what is wrong, without the key.
 */
export function parseKeyRing(text: string): KeyRing {
  const keys = new Map<number, Buffer>();
  for (const part of text.split(',')) {
    const [id, encoded] = part.trim().split(':');
    const number = Number(id);
    if (!Number.isInteger(number) || number < 1 || number > 255) throw new Error(`key id "${id}" must be 1 to 255`);
    const key = Buffer.from(encoded ?? '', 'base64');
    if (key.length !== 32) throw new Error(`key ${number} must be 32 bytes in base64, got ${key.length}`);
    if (keys.has(number)) throw new Error(`key id ${number} appears twice`);
    keys.set(number, key);
  }
  const [active] = keys.keys();
  if (active === undefined) throw new Error('needs at least one key as id:base64');
  return { active, keys };
}
