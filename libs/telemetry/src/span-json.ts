/** JSON text that a jsonb column takes: PostgreSQL knows neither U+0000 nor half a surrogate pair, and JSON no NaN. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, storable);
}

/** Text that a column takes: U+0000 and half surrogate pairs become U+FFFD. */
export function storableText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed;
}

function storable(_key: string, value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return storableText(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return String(value);
    case 'object':
      return value !== null && !Array.isArray(value) ? withStorableKeys(value) : value;
    default:
      return value;
  }
}

function withStorableKeys(value: object): object {
  const entries = Object.entries(value);
  return entries.every(([key]) => key === storableText(key))
    ? value
    : Object.fromEntries(entries.map(([key, member]) => [storableText(key), member as unknown]));
}
