import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

interface ChaosDocument {
  readonly ok: boolean;
  readonly acked: number;
  readonly stored: number;
  readonly missing: number;
  readonly double: number;
  readonly statisticsEqual: boolean;
  readonly kills: number;
  readonly killsInsideTransaction: number;
}

/** A run of the suite at a small size; `npm run chaos` is the same at full size. */
describe('chaos', () => {
  it('loses nothing that was acknowledged and counts nothing twice, whatever is killed', async () => {
    const { code, document } = await chaos('--kills', '5', '--events', '5000');
    expect(document).toMatchObject({ ok: true, missing: 0, double: 0, statisticsEqual: true, kills: 5 });
    expect(document.acked).toBeGreaterThanOrEqual(5000);
    expect(document.stored).toBeGreaterThanOrEqual(document.acked);
    expect(document.killsInsideTransaction).toBeGreaterThanOrEqual(1);
    expect(code).toBe(0);
  }, 180_000);

  it.each([
    ['ack-before-fsync', 'missing'],
    ['no-dedupe', 'double'],
  ] as const)(
    'notices %s',
    async (sabotage, what) => {
      const { code, document, kept } = await chaos('--kills', '3', '--events', '4000', '--sabotage', sabotage);
      if (kept !== undefined) rmSync(kept, { recursive: true, force: true });
      expect(document.ok).toBe(false);
      expect(document[what]).toBeGreaterThan(0);
      expect(code).toBe(1);
    },
    180_000,
  );
});

function chaos(...args: string[]): Promise<{ code: number; document: ChaosDocument; kept: string | undefined }> {
  const command = [join(ROOT, 'dist', 'tools', 'chaos', 'main.js'), ...args, '--json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      const kept = /kept in (\S+)/.exec(stderr)?.[1];
      try {
        const document = JSON.parse(stdout) as ChaosDocument;
        resolve({ code: error === null ? 0 : Number(error.code), document, kept });
      } catch {
        reject(new Error(`chaos said nothing readable: ${stderr}`));
      }
    });
  });
}
