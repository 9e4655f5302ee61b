import { createHash } from 'node:crypto';
import { DomainError } from '@adlift/problem';
import { z } from 'zod';
import { readConfig } from '@adlift/config';
import { credentialsVariable, openAccessVariable, requireCredentials } from './credentials-variable';
import { KeyRegistry } from './key-registry';

const OLD = 'the-old-key-of-the-ad-server';
const NEW = 'the-new-key-of-the-ad-server';
const hashed = `sha256:${createHash('sha256').update(NEW).digest('hex')}`;
const schema = z
  .object({ ADLIFT_CREDENTIALS: credentialsVariable, ADLIFT_OPEN_ACCESS: openAccessVariable })
  .superRefine(requireCredentials);

const read = (credentials: unknown, open = 'false'): KeyRegistry => {
  const env = { ADLIFT_CREDENTIALS: JSON.stringify(credentials), ADLIFT_OPEN_ACCESS: open };
  const config = readConfig(schema, env);
  return new KeyRegistry(config.ADLIFT_CREDENTIALS, config.ADLIFT_OPEN_ACCESS);
};
const AD_SERVER = { name: 'ad server', keys: [hashed, OLD], grants: ['predict', 'events'] };

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof DomainError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'ok';
}

describe('keys', () => {
  const keys = read([AD_SERVER]);

  it('identify their caller, plain or hashed, several at once, whatever the case of Bearer', () => {
    for (const header of [`Bearer ${OLD}`, `bearer ${OLD}`, `Bearer ${NEW}`, NEW]) {
      expect(keys.identify(header).name).toBe('ad server');
      expect(keys.require('predict', header)).toBe(keys.identify(header));
    }
  });

  it('are refused by what is missing', () => {
    expect(codeOf(() => keys.require('admin', `Bearer ${OLD}`))).toBe(
      'permission_denied: needs a key with the grant "admin"',
    );
    expect(codeOf(() => keys.require('predict', undefined))).toMatch(/^unauthenticated: .*"predict"/);
    expect(codeOf(() => keys.require('predict', ''))).toMatch(/^unauthenticated/);
    for (const wrong of [`Bearer ${OLD}x`, 'Bearer ', `Bearer ${hashed}`, 'Basic YTpi', `Bearer  ${OLD}`]) {
      expect(codeOf(() => keys.identify(wrong))).toBe('unauthenticated: this key is not known here');
    }
  });

  it('are not needed for surfaces where access is open, but for everything else', () => {
    const open = read([{ name: 'importer', key: OLD, grants: ['import'] }], 'true');
    for (const grant of ['predict', 'events', 'admin', 'metrics'] as const) {
      expect(open.require(grant, undefined).name).toBe('anyone');
      expect(open.require(grant, `Bearer ${OLD}`).name).toBe('importer');
    }
    expect(codeOf(() => open.require('postback', undefined))).toMatch(/^unauthenticated/);
    expect(codeOf(() => open.require('import', undefined))).toMatch(/^unauthenticated/);
    expect(open.require('import', `Bearer ${OLD}`).name).toBe('importer');
  });

  it('are remembered within bounds', () => {
    const spellings = Array.from({ length: 3000 }, (_, i) =>
      [...'bearer'].map((letter, at) => ((i >> at) & 1 ? letter.toUpperCase() : letter)).join(''),
    );
    for (const word of spellings) expect(keys.identify(`${word} ${OLD}`).name).toBe('ad server');
  });

  it('that are stored come and go, and one that is configured stays what it is', () => {
    const registry = read([{ name: 'operator', key: OLD, grants: ['operator'] }]);
    const stored = { name: 'ann', hash: createHash('sha256').update(NEW).digest('hex'), grants: ['viewer'] as const };
    registry.replaceStored([{ ...stored, expiresAtMs: undefined }]);
    expect(registry.require(['viewer', 'admin'], `Bearer ${NEW}`).name).toBe('ann');
    expect(codeOf(() => registry.require(['approver', 'admin'], `Bearer ${NEW}`))).toBe(
      'permission_denied: needs a key with one of the roles "approver", "admin"',
    );
    registry.replaceStored([{ ...stored, expiresAtMs: Date.now() - 1 }]);
    expect(codeOf(() => registry.identify(NEW))).toBe('unauthenticated: this key has expired');
    registry.replaceStored([]);
    expect(codeOf(() => registry.identify(`Bearer ${NEW}`))).toMatch(/^unauthenticated: .*not known/);
    registry.replaceStored([{ ...stored, hash: createHash('sha256').update(OLD).digest('hex'), expiresAtMs: 0 }]);
    expect(registry.identify(OLD).name).toBe('operator');
  });

  it('belong to one caller', () => {
    expect(() => read([AD_SERVER, { name: 'other', key: OLD, grants: [] }])).toThrow('have the same key');
  });

  it.each([
    ['none', []],
    ['a short key', [{ name: 'a', key: 'short', grants: [] }]],
    ['half a hash', [{ name: 'a', key: 'sha256:0123456789abcdef', grants: [] }]],
    ['an unknown grant', [{ name: 'a', key: OLD, grants: ['all'] }]],
    ['no key', [{ name: 'a', grants: [] }]],
    ['a number', 3],
  ])('are refused at the start: %s', (_what, credentials) => {
    expect(() => read(credentials)).toThrow(/^ADLIFT_CREDENTIALS is "\*\*\*": must/);
  });
});
