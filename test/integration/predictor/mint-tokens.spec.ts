import { status } from '@grpc/grpc-js';
import { makeUuidV7, proto } from '@adlift/wire';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { predictCall } from './predict-call';
import { refusal } from './raw-grpc';

const { CLICK, EXPOSURE } = proto.v1.EventKind;
const { ACCEPTED, DUPLICATE } = proto.v1.EventStatus;
const DAY_MS = 86_400_000;

describe('MintTokens', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
  }, 60_000);
  afterAll(() => apps.stop());

  function past(changes: proto.v1.IPastPrediction = {}): proto.v1.IPastPrediction {
    return {
      predictionId: makeUuidV7(Date.now() - 10 * DAY_MS),
      unitId: 'imported-unit',
      placement: 'top',
      assignments: [{ experiment: 'imported', phase: 1, assigned: 'b', served: 'b', reason: 'split' }],
      bidType: proto.v1.BidType.CPC,
      currency: 'EUR',
      ...changes,
    };
  }

  it('gives tokens for candidates that are chosen after the answer', async () => {
    const answer = await apps.ordinary.predict(predictCall({ wantTokens: { none: true } }));
    expect(answer.tokens).toEqual([]);
    const { predictions } = await apps.ordinary.mintTokens({
      predictions: [{ ticket: answer.ticket, candidates: [{ index: 1, adId: 'ad-2', bidMicros: 500_000 }] }],
    });
    expect(predictions[0]?.predictionId).toBe(answer.predictionId);
    const token = predictions[0]?.tokens?.[0]?.token ?? '';
    const [result] = await apps.ordinary.recordEvents([{ kind: CLICK, token, chargedMicros: 500_000 }]);
    expect(result?.status).toBe(ACCEPTED);
    const clicks = 'SELECT ad_id, idx FROM click WHERE prediction_id = $1';
    const stored = await until('the click to be stored', async () => {
      const found = await rows(apps.database.url, clicks, [answer.predictionId]);
      return found.length > 0 && found;
    });
    expect(stored).toEqual([{ ad_id: 'ad-2', idx: 1 }]);
  });

  it('refuses a ticket that is none, or is a token', async () => {
    const { tokens } = await apps.ordinary.predict(predictCall());
    for (const ticket of ['', 'nonsense', tokens[0]?.token ?? '']) {
      const said = await refusal(apps.ordinary.mintTokens({ predictions: [{ ticket, candidates: [{ index: 0 }] }] }));
      expect(said).toMatchObject({ code: status.INVALID_ARGUMENT, field: 'predictions[0].ticket' });
    }
  });

  it('mints for past predictions only with the grant to import', async () => {
    const request = { predictions: [{ past: past(), candidates: [{ index: 0, adId: 'old-ad', propensity: 0.25 }] }] };
    for (const caller of [apps.ordinary, apps.player]) {
      expect(await refusal(caller.mintTokens(request))).toMatchObject({
        code: status.PERMISSION_DENIED,
        field: 'predictions[0].past',
      });
    }
    const { predictions } = await apps.importer.mintTokens(request);
    const token = predictions[0]?.tokens?.[0]?.token;
    const timeMs = Date.now() - 9 * DAY_MS;
    const events = [
      { kind: EXPOSURE, token },
      { kind: CLICK, token, timeMs },
    ];
    expect((await apps.importer.recordEvents(events)).map((result) => result.status)).toEqual([ACCEPTED, ACCEPTED]);
    // A unit's exposure may be said any number of times; the first is what counts.
    expect((await apps.importer.recordEvents(events)).map((result) => result.status)).toEqual([ACCEPTED, DUPLICATE]);
    await until('all to be stored', async () => {
      const { ledger } = await apps.state();
      return ledger.events + ledger.exposures === 0;
    });
    expect(await rows(apps.database.url, "SELECT variant FROM exposure WHERE unit = 'imported-unit'")).toEqual([
      { variant: 'b' },
    ]);
  });

  it('takes events of an expired prediction from the importer alone', async () => {
    const { predictions } = await apps.importer.mintTokens({
      predictions: [{ past: past({ predictionId: makeUuidV7(Date.now() - 90 * DAY_MS) }), candidates: [{ index: 0 }] }],
    });
    const click = { kind: CLICK, token: predictions[0]?.tokens?.[0]?.token, timeMs: Date.now() - 89 * DAY_MS };
    expect((await apps.ordinary.recordEvents([click]))[0]?.reason).toBe('token_expired');
    expect((await apps.importer.recordEvents([click]))[0]?.status).toBe(ACCEPTED);
  });

  it.each<[string, proto.v1.IMintPrediction]>([
    ['past.prediction_id', { past: past({ predictionId: 'no-uuid' }) }],
    ['past.prediction_id', { past: past({ predictionId: makeUuidV7(Date.UTC(1999, 0, 1)) }) }],
    ['past.prediction_id', { past: past({ predictionId: makeUuidV7(Date.now() + 3 * DAY_MS) }) }],
    ['past.unit_id', { past: past({ unitId: 'u'.repeat(129) }) }],
    ['past.assignments[0].experiment', { past: past({ assignments: [{ experiment: 'e'.repeat(3000) }] }) }],
    ['past.assignments', { past: past({ assignments: Array.from({ length: 33 }, () => ({ experiment: 'e' })) }) }],
    ['past.assignments[0].reason', { past: past({ assignments: [{ experiment: 'e', reason: 'r'.repeat(129) }] }) }],
    ['past.assignments[0].flag_digest', { past: past({ assignments: [{ experiment: 'e', flagDigest: 'sha256:0' }] }) }],
    ['past.currency', { past: past({ currency: 'E'.repeat(1 << 20) }) }],
    ['past.trace_id', { past: past({ traceId: 'no trace' }) }],
    ['past.bid_type', { past: past({ bidType: 9 as proto.v1.BidType }) }],
    ['candidates[0].index', { past: past(), candidates: [{ index: 1000 }] }],
    ['candidates[0].propensity', { past: past(), candidates: [{ propensity: 1.1 }] }],
    ['candidates[0].propensity', { past: past(), candidates: [{ propensity: NaN }] }],
    ['candidates[0].pctr', { past: past(), candidates: [{ pctr: NaN }] }],
    ['candidates[0].pcvr', { past: past(), candidates: [{ pcvr: Infinity }] }],
    ['candidates[0].bid_micros', { past: past(), candidates: [{ bidMicros: -1 }] }],
    ['candidates[0].ad_id', { past: past(), candidates: [{ adId: 'a'.repeat(129) }] }],
  ])('refuses a malformed %s', async (field, prediction) => {
    const said = await refusal(apps.importer.mintTokens({ predictions: [prediction] }));
    expect(said).toMatchObject({ code: status.INVALID_ARGUMENT, field: `predictions[0].${field}` });
  });

  it('refuses no predictions, and more than 1000', async () => {
    for (const n of [0, 1001]) {
      const predictions = Array.from({ length: n }, () => ({ ticket: 'x' }));
      const said = await refusal(apps.ordinary.mintTokens({ predictions }));
      expect(said).toMatchObject({ code: status.INVALID_ARGUMENT, field: 'predictions' });
    }
  });

  it('mints 5000 tokens in a call, and refuses one more', async () => {
    const candidates = Array.from({ length: 1000 }, (_, index) => ({ index, adId: `ad-${index}`, propensity: 0.1 }));
    const predictions = Array.from({ length: 5 }, () => ({ past: past(), candidates }));
    const minted = await apps.importer.mintTokens({ predictions });
    expect(minted.predictions.map(({ tokens }) => tokens?.length)).toEqual([1000, 1000, 1000, 1000, 1000]);
    const more = [...predictions, { past: past(), candidates: [{ index: 1 }] }];
    expect(await refusal(apps.importer.mintTokens({ predictions: more }))).toMatchObject({
      code: status.INVALID_ARGUMENT,
      field: 'predictions',
    });
  });
});
