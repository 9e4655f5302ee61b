import { proto } from '@adlift/wire';
import type { RejectedEventPage } from '@adlift/client';
import { adliftProgram } from '../../../apps/cli/src/program';
import { predictCall } from '../predictor/predict-call';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

const { CLICK, IMPRESSION } = proto.v1.EventKind;
const COUNT = 25;

describe('events that did not count', () => {
  let apps: TestApps;
  let predictionId = '';

  beforeAll(async () => {
    apps = await TestApps.start();
    const answer = await apps.ordinary.predict(predictCall());
    predictionId = answer.predictionId;
    const token = answer.tokens[0]?.token ?? '';
    await apps.ordinary.recordEvents([
      ...Array.from({ length: COUNT }, () => ({ kind: CLICK, token: 'forged' })),
      { kind: IMPRESSION, token, timeMs: 1 },
      { kind: CLICK, token, currency: 'USD' },
    ]);
    await until('all to be listed', async () => {
      const [found] = await rows<{ n: number }>(apps.database.url, 'SELECT count(*)::int AS n FROM event_rejected');
      return found?.n === COUNT + 2;
    });
  }, 60_000);
  afterAll(() => apps.stop());

  const list = (query: Record<string, string>): Promise<RejectedEventPage> => apps.admin.rejectedEvents(query);

  it('are listed with what is known of them', async () => {
    const { events, nextCursor } = await list({ reason: 'foreign_currency' });
    expect(nextCursor).toBeNull();
    expect(events).toEqual([
      expect.objectContaining({
        status: 'rejected',
        reason: 'foreign_currency',
        kind: 'click',
        predictionId,
        index: 0,
      }),
    ]);
    expect(Date.now() - Date.parse(events[0]?.receivedAt ?? '')).toBeLessThan(60_000);
  });

  it('come page by page, each once', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: RejectedEventPage = await list({ limit: '10', ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.events.map(({ reason }) => reason));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(COUNT + 2);
    expect(seen.filter((reason) => reason === 'token_malformed')).toHaveLength(COUNT);
  });

  it.each<[Record<string, string>, number]>([
    [{ kind: 'impression' }, 1],
    [{ kind: 'click', reason: 'token_malformed' }, COUNT],
    [{ status: 'duplicate' }, 0],
    [{ status: 'rejected', kind: 'click' }, COUNT + 1],
    [{ from: '2020-01-01T00:00:00Z', to: '2999-01-01T00:00:00+02:00' }, COUNT + 2],
    [{ from: '2999-01-01T00:00:00Z' }, 0],
    [{ reason: "'; DROP TABLE event_rejected; --" }, 0],
  ])('are found by %j', async (query, count) => {
    expect((await list(query)).events).toHaveLength(count);
  });

  it.each([
    ['status', 'lost'],
    ['kind', 'view'],
    ['from', 'yesterday'],
    ['to', '2026-13-01T00:00:00Z'],
    ['limit', '0'],
    ['limit', '1001'],
    ['limit', 'all'],
    ['cursor', 'x'],
    ['reason', ''],
    ['reason', '\0'],
    ['order', 'id'],
    ['toString', '1'],
  ])('are not found by %s=%j, which is refused', async (field, value) => {
    await expect(list({ [field]: value })).rejects.toMatchObject({ status: 400, code: 'invalid_argument' });
  });

  it('are shown by the command line', async () => {
    const said: string[] = [];
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    try {
      const connect = () =>
        Promise.resolve({ admin: apps.admin, importer: apps.importer, close: () => Promise.resolve() });
      const program = adliftProgram(connect, '/');
      await program.parseAsync(['node', 'adlift', 'events', 'rejected', '--reason', 'token_malformed', '--limit', '2']);
    } finally {
      write.mockRestore();
    }
    const lines = said.join('').trimEnd().split('\n');
    expect(lines[0]).toMatch(/^arrived +kind +status +reason/);
    expect(lines[1]).toMatch(/click +rejected +token_malformed +-$/);
    expect(lines[3]).toMatch(/^more with --cursor /);
  });
});
