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
  if (typeof value === 'string') return storableText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  if (entries.every(([key]) => key === storableText(key))) return value;
  return Object.fromEntries(entries.map(([key, member]) => [storableText(key), member as unknown]));
}
