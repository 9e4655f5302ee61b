import { makeUuidV7, proto } from '@adlift/wire';
import type { RejectedEventPage } from '@adlift/client';
import { replayEvents } from '../../../apps/cli/src/event/replay-events';
import { adliftProgram } from '../../../apps/cli/src/program';
import { predictCall } from '../predictor/predict-call';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

const { CLICK, IMPRESSION } = proto.v1.EventKind;
const COUNT = 25;
const DAY_MS = 86_400_000;

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

  it('are sent again once the cause is gone, with the time they came, and counted once', async () => {
    const past = {
      ...{ predictionId: makeUuidV7(Date.now() - 40 * DAY_MS), unitId: 'late-unit', placement: 'top', assignments: [] },
      ...{ bidType: proto.v1.BidType.CPC, currency: 'EUR' },
    };
    const { predictions } = await apps.importer.mintTokens({
      predictions: [{ past, candidates: [{ index: 0, adId: 'late-ad', bidMicros: 500_000 }] }],
    });
    const token = predictions[0]?.tokens?.[0]?.token ?? '';
    const [refused] = await apps.ordinary.recordEvents([{ kind: CLICK, token, chargedMicros: 250_000 }]);
    expect(refused?.reason).toBe('token_expired');
    const filter = { reason: 'token_expired', replayable: 'true' } as const;
    const [listed] = await until('it to be listed', async () => {
      const { events } = await list(filter);
      return events.length > 0 && events;
    });
    expect(listed?.report).toMatchObject({
      token,
      chargedMicros: 250_000,
      timeMs: Date.parse(listed?.receivedAt ?? ''),
    });

    const replay = () => replayEvents(apps.admin, apps.importer, { reason: 'token_expired' }, () => undefined);
    expect(await replay()).toEqual({ sent: 1, taken: 1, refused: {} });
    expect(await replay()).toEqual({ sent: 0, taken: 0, refused: {} });
    expect((await list({ reason: 'token_expired' })).events[0]?.replayedAt).not.toBeNull();
    const clicks = await until('the click to be stored', async () => {
      const found = await rows(
        apps.database.url,
        "SELECT charged_micros::int, event_time FROM click WHERE ad_id = 'late-ad'",
      );
      return found.length > 0 && found;
    });
    expect(clicks).toEqual([{ charged_micros: 250_000, event_time: new Date(listed?.receivedAt ?? '') }]);
  });

  it('stay on the list when they are refused again', async () => {
    const replayed = await replayEvents(apps.admin, apps.importer, { reason: 'token_malformed' }, () => undefined);
    expect(replayed).toEqual({ sent: COUNT, taken: 0, refused: { token_malformed: COUNT } });
    await until('them to be listed again', async () => {
      const { events } = await list({ reason: 'token_malformed', replayable: 'true' });
      return events.length === COUNT;
    });
  });

  it('are sent again beside forged tokens of any length, and are as many afterwards', async () => {
    const forged = Array.from({ length: 200 }, () => ({ kind: IMPRESSION, token: 'A'.repeat(4000) }));
    for (let call = 0; call < 2; call++) await apps.ordinary.recordEvents(forged);
    const count = COUNT + 2 * forged.length;
    const replay = (): Promise<unknown> =>
      replayEvents(apps.admin, apps.importer, { reason: 'token_malformed' }, () => undefined);
    for (let time = 0; time < 2; time++) {
      await until('them to be listed', async () => {
        const { events } = await list({ reason: 'token_malformed', replayable: 'true', limit: '1000' });
        return events.length === count;
      });
      expect(await replay()).toEqual({ sent: count, taken: 0, refused: { token_malformed: count } });
    }
  });
});
