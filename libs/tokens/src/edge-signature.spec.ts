import { refusalOfSignature, signForEdge } from './edge-signature';
import { parseKeyRing } from './key-ring';

const NEW = `2:${Buffer.alloc(32, 2).toString('base64')}`;
const OLD = `1:${Buffer.alloc(32, 1).toString('base64')}`;
const ring = parseKeyRing(`${NEW},${OLD}`);
const URL = 'https://shop.example/?a=1';

describe('signatures for the edge', () => {
  it('hold for their own token, purpose and text, from every key of the ring', () => {
    expect(refusalOfSignature(ring, 'to', 'token', URL, signForEdge(ring, 'to', 'token', URL))).toBeUndefined();
    const old = signForEdge(parseKeyRing(OLD), 'to', 'token', URL);
    expect(refusalOfSignature(ring, 'to', 'token', URL, old)).toBeUndefined();
    expect(refusalOfSignature(parseKeyRing(NEW), 'to', 'token', URL, old)).toBe('signature_unknown_key');
  });

  it.each([
    ['another token', 'to', 'other', URL],
    ['another purpose', 'charge', 'token', URL],
    ['another text', 'to', 'token', `${URL}0`],
    ['a text that took a piece of the token', 'to', 'tok', `en\n${URL}`],
  ] as const)('do not hold for %s', (_what, purpose, token, text) => {
    expect(refusalOfSignature(ring, purpose, token, text, signForEdge(ring, 'to', 'token', URL))).toBe(
      'signature_invalid',
    );
  });

  it('do not hold with any character changed, added or left out', () => {
    const good = signForEdge(ring, 'charge', 'token', '250000');
    for (let at = 0; at < good.length; at++) {
      const other = good[at] === 'A' ? 'B' : 'A';
      const changed = good.slice(0, at) + other + good.slice(at + 1);
      expect(refusalOfSignature(ring, 'charge', 'token', '250000', changed)).toBeDefined();
    }
    for (const wrong of ['', '.', good.slice(0, -1), `${good}A`, ` ${good}`, good.replace('2.', '02.')]) {
      expect(refusalOfSignature(ring, 'charge', 'token', '250000', wrong)).toBe('signature_malformed');
    }
  });
});
