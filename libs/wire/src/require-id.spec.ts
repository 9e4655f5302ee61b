import { requireId } from './require-id';

describe('requireId', () => {
  it.each(['user-7', 'Ünïcödé 東京', '🛒', 'x'.repeat(128)])('takes %s', (id) => {
    expect(() => requireId('unit_id', id, 1)).not.toThrow();
  });

  it.each([
    ['an unpaired surrogate', '\ud801'],
    ['what damaged bytes decode to', Buffer.from([0xff, 0xfe]).toString('utf8')],
    ['U+0000', 'a\0b'],
    ['129 bytes', 'é'.repeat(64) + 'x'],
    ['nothing where something is needed', ''],
  ])('refuses %s, naming the field', (_what, id) => {
    expect(() => requireId('unit_id', id, 1)).toThrow(expect.objectContaining({ field: 'unit_id' }) as Error);
  });
});
