import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseKeyRing, TokenSealer } from '@adlift/tokens';
import type { PredictorEnvironment } from '../predictor-config';
import { initialTokenKeys, TokenKeyFile } from './token-key-file';

const key = (id: number): string => `${id}:${Buffer.alloc(32, id).toString('base64')}`;

describe('a file of token keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adlift-keys-'));
  const file = join(folder, 'keys');
  const config = { ADLIFT_TOKEN_KEYS_FILE: file } as PredictorEnvironment;
  const used: number[] = [];
  const sealer = { use: ({ active }: { active: number }) => used.push(active) } as unknown as TokenSealer;

  beforeEach(() => {
    used.length = 0;
    writeFileSync(file, key(1));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read at the start, and anew at SIGHUP', () => {
    expect(initialTokenKeys(config)).toEqual(parseKeyRing(key(1)));
    const keys = new TokenKeyFile(config, sealer);
    keys.onApplicationBootstrap();
    writeFileSync(file, `${key(2)},${key(1)}\n`);
    process.emit('SIGHUP');
    keys.onApplicationShutdown();
    process.emit('SIGHUP');
    expect(used).toEqual([2]);
  });

  it('changes nothing while it is missing or holds something else', () => {
    const keys = new TokenKeyFile(config, sealer);
    keys.onApplicationBootstrap();
    for (const wrong of ['', 'not a key', `${key(3)},3:broken`, `${key(3)},${key(3)}`]) {
      writeFileSync(file, wrong);
      process.emit('SIGHUP');
    }
    rmSync(file);
    process.emit('SIGHUP');
    keys.onApplicationShutdown();
    expect(used).toEqual([]);
  });

  it('has to be there and right at the start', () => {
    writeFileSync(file, '1:short');
    expect(() => initialTokenKeys(config)).toThrow(/^ADLIFT_TOKEN_KEYS_FILE is ".*keys": key 1 must be 32 bytes/);
  });
});
