import fc from 'fast-check';
import { parseKeyRing } from './key-ring';
import { InvalidToken, TokenSealer } from './sealer';
import type { TokenClaims } from './token-claims';

const KEY_1 = `1:${Buffer.alloc(32, 1).toString('base64')}`;
const KEY_2 = `2:${Buffer.alloc(32, 2).toString('base64')}`;

const text = fc.string({ unit: 'binary', maxLength: 24 }).filter((value) => value.isWellFormed());
const hex = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => Buffer.from(value).toString('hex'));
const digest = fc.oneof(
  fc.constant(''),
  hex(32).map((value) => `sha256:${value}`),
);
const float32 = fc.float({ noNaN: true, min: 0, max: 1 });

const claims: fc.Arbitrary<TokenClaims> = fc.record({
  predictionId: fc.uuid({ version: 7 }),
  index: fc.nat(999),
  adId: text,
  campaignId: text,
  placement: text,
  assignments: fc.array(
    fc.record({
      experiment: text,
      phase: fc.nat(1000),
      assigned: text,
      served: text,
      reason: fc.constantFrom('split' as const, 'no_unit' as const, 'forced' as const),
      flagDigest: digest,
    }),
    { maxLength: 3 },
  ),
  unitId: text,
  timeMs: fc.nat(4e12),
  bidMicros: fc.nat(1e12),
  bidType: fc.constantFrom('CPC' as const, 'CPM' as const, 'CPA' as const),
  currency: fc.constantFrom('', 'EUR'),
  propensity: fc.double({ noNaN: true, min: 0, max: 1 }),
  logged: fc.boolean(),
  logRate: fc.double({ noNaN: true, min: 0, max: 1 }),
  traceId: hex(16),
  traceSampled: fc.boolean(),
  expiresMs: fc.nat(4e12),
  pctr: float32,
  pcvr: float32,
  ticket: fc.constant(false),
  fallback: fc.boolean(),
  forced: fc.boolean(),
  explored: fc.boolean(),
  bundleDigest: digest,
  cvrBundleDigest: digest,
  catalogueVersion: fc.nat(1e6),
});

const [sample] = fc.sample(claims, { numRuns: 1, seed: 3 }) as [TokenClaims];

function reasonOf(sealer: TokenSealer, token: string): string {
  try {
    sealer.open(token);
    return 'opened';
  } catch (error) {
    return error instanceof InvalidToken ? error.reason : `not an InvalidToken: ${String(error)}`;
  }
}

/** A candidate's token, from claims in one piece. */
function sealed(sealer: TokenSealer, claims: TokenClaims): string {
  return sealer.seal(sealer.share(claims), claims);
}

describe('TokenSealer', () => {
  it('opens what it sealed, and so does every other process with the key', () => {
    const sealer = new TokenSealer(parseKeyRing(KEY_1));
    const other = new TokenSealer(parseKeyRing(KEY_1));
    fc.assert(
      fc.property(claims, (given) => {
        const token = sealed(sealer, given);
        expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(sealer.open(token)).toEqual(given);
        expect(other.open(token)).toEqual(given);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  it('opens a ticket with what the tokens of its prediction share, and nothing of a candidate', () => {
    const sealer = new TokenSealer(parseKeyRing(KEY_1));
    const none = { index: 0, adId: '', campaignId: '', bidMicros: 0, propensity: 0, pctr: 0, pcvr: 0 };
    fc.assert(
      fc.property(claims, (given) => {
        expect(sealer.open(sealer.ticket(sealer.share(given)))).toEqual({ ...given, ...none, ticket: true });
      }),
      { numRuns: 100, seed: 5 },
    );
  });

  it('rejects a token with any single byte changed', () => {
    const sealer = new TokenSealer(parseKeyRing(KEY_1));
    const bytes = Buffer.from(sealed(sealer, sample), 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      for (const change of [1, 0x80]) {
        const tampered = Buffer.from(bytes);
        tampered[at] = (tampered[at] ?? 0) ^ change;
        expect(reasonOf(sealer, tampered.toString('base64url'))).toMatch(/^token_(malformed|unknown_key|tampered)$/);
      }
    }
  });

  it('rejects another spelling of the same bytes', () => {
    const sealer = new TokenSealer(parseKeyRing(KEY_1));
    const token = sealed(sealer, sample);
    for (const spelling of [`${token}=`, ` ${token}`, `${token}\n`, `${token.slice(0, 9)}.${token.slice(9)}`]) {
      expect(reasonOf(sealer, spelling)).toBe('token_malformed');
    }
  });

  it.each(['', 'A', 'AQ', 'x'.repeat(20), '\0', '🙂'.repeat(60), '='.repeat(200)])('calls %j malformed', (token) => {
    expect(reasonOf(new TokenSealer(parseKeyRing(KEY_1)), token)).toBe('token_malformed');
  });

  it('rejects a token cut short or made longer', () => {
    const sealer = new TokenSealer(parseKeyRing(KEY_1));
    const bytes = Buffer.from(sealed(sealer, sample), 'base64url');
    for (const other of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.alloc(1)])]) {
      expect(reasonOf(sealer, other.toString('base64url'))).toBe('token_tampered');
    }
  });

  it('rejects a token of a key it does not have, and of another key with the same id', () => {
    const token = sealed(new TokenSealer(parseKeyRing(KEY_2)), sample);
    expect(reasonOf(new TokenSealer(parseKeyRing(KEY_1)), token)).toBe('token_unknown_key');
    const impostor = parseKeyRing(`2:${Buffer.alloc(32, 9).toString('base64')}`);
    expect(reasonOf(new TokenSealer(impostor), token)).toBe('token_tampered');
  });

  it('opens tokens of the old key after a rotation, and seals with the new one', () => {
    const old = sealed(new TokenSealer(parseKeyRing(KEY_1)), sample);
    const rotated = new TokenSealer(parseKeyRing(`${KEY_2},${KEY_1}`));
    expect(rotated.open(old)).toEqual(sample);
    expect(Buffer.from(sealed(rotated, sample), 'base64url')[1]).toBe(2);
    expect(reasonOf(new TokenSealer(parseKeyRing(KEY_2)), sealed(rotated, sample))).toBe('opened');
  });

  it('never repeats a salt with a counter, within a sealer or across two', () => {
    const sealers = [new TokenSealer(parseKeyRing(KEY_1)), new TokenSealer(parseKeyRing(KEY_1))];
    const nonces = sealers.flatMap((sealer) =>
      Array.from({ length: 500 }, () => Buffer.from(sealed(sealer, sample), 'base64url').toString('hex', 2, 24)),
    );
    expect(new Set(nonces).size).toBe(1000);
  });

  it('shows neither unit nor price to who has no key', () => {
    const token = sealed(new TokenSealer(parseKeyRing(KEY_1)), {
      ...sample,
      unitId: 'unit-in-clear',
      bidMicros: 123_456,
    });
    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('unit-in-clear');
  });

  it('goes on with other keys: the first seals, the others open what they sealed', () => {
    const sealer = new TokenSealer(parseKeyRing(KEY_1));
    const old = sealed(sealer, sample);
    sealer.use(parseKeyRing(`${KEY_2},${KEY_1}`));
    const fresh = sealed(sealer, sample);
    expect([Buffer.from(fresh, 'base64url')[1], reasonOf(sealer, old), reasonOf(sealer, fresh)]).toEqual([
      2,
      'opened',
      'opened',
    ]);
    sealer.use(parseKeyRing(KEY_2));
    expect([reasonOf(sealer, old), reasonOf(sealer, fresh)]).toEqual(['token_unknown_key', 'opened']);
  });
});
