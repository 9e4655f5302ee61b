import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proto } from '@adlift/wire';
import { predictCall } from '../predictor/predict-call';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

const key = (id: number): string => `${id}:${randomBytes(32).toString('base64')}`;

describe('token keys in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adlift-keys-'));
  const file = join(folder, 'token-keys');
  const [old, fresh] = [key(1), key(2)];
  let apps: TestApps;

  beforeAll(async () => {
    writeFileSync(file, `${old}\n`);
    apps = await TestApps.start({ predictor: { ADLIFT_TOKEN_KEYS: '', ADLIFT_TOKEN_KEYS_FILE: file } });
  }, 60_000);
  afterAll(async () => {
    await apps.stop();
    rmSync(folder, { recursive: true });
  });

  async function tokenWithKey(): Promise<{ token: string; id: number | undefined }> {
    const { tokens } = await apps.ordinary.predict(predictCall());
    const token = tokens[0]?.token ?? '';
    return { token, id: Buffer.from(token, 'base64url')[1] };
  }

  const report = async (token: string): Promise<string> => {
    const [result] = await apps.ordinary.recordEvents([{ kind: proto.v1.EventKind.CLICK, token }]);
    return `${proto.v1.EventStatus[result?.status ?? 0]} ${result?.reason ?? ''}`.trim();
  };

  it('are rotated without a restart: the new one seals, the old one opens until it is taken away', async () => {
    const [before, late] = [await tokenWithKey(), await tokenWithKey()];
    expect(before.id).toBe(1);
    writeFileSync(file, `${fresh},${old}\n`);
    const after = await until('the new key to seal', async () => {
      const made = await tokenWithKey();
      return made.id === 2 && made;
    });
    expect([await report(before.token), await report(after.token)]).toEqual(['ACCEPTED', 'ACCEPTED']);
    writeFileSync(file, fresh);
    await until('the old key to be gone', async () => (await report(late.token)) === 'REJECTED token_unknown_key');
    expect(await report((await tokenWithKey()).token)).toBe('ACCEPTED');
  });
});
