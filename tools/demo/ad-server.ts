import { randomBytes } from 'node:crypto';
import { status, type ServiceError } from '@grpc/grpc-js';
import {
  encodeColumns,
  type AdServerClient,
  type ArmTotals,
  type EventMessage,
  type PredictReply,
} from '@adlift/client';
import { proto, uuidV7Time } from '@adlift/wire';
import {
  SHARED,
  clickDelayMs,
  conversionDelayMs,
  conversionValueMicros,
  isClicked,
  isConverted,
  requestAt,
  type Arms,
  type BudgetPart,
  type CampaignBudgets,
  type MarketRequest,
  type Traffic,
  type World,
} from '../market/index';
import { goesWrong, tokenOfArm, type AdServerFaults } from './ad-server-faults';

/** What the ad server saw and sent, counted by itself. */
export interface AdServerCounts {
  requests: number;
  fallbacks: number;
  impressions: number;
  clicks: number;
  conversions: number;
}

export interface AdServerOptions {
  readonly client: AdServerClient;
  readonly world: World;
  readonly traffic: Traffic;
  readonly variants: Arms<string>;
  readonly faults: AdServerFaults;
  /** With the grant to mint tokens of its own, which an ad server that misattributes needs. */
  readonly importer: AdServerClient;
  /** Requests under way at a time, 16 by default. */
  readonly parallel?: number;
  /** Budgets that run out, and whether each arm has its own part of them; undefined when none does. */
  readonly budgets: { readonly left: CampaignBudgets; readonly split: boolean } | undefined;
  /** Event time of the traffic's first moment, Unix milliseconds. */
  readonly startMs: number;
  readonly onProgress: (done: number, total: number) => void;
  /** Told what was acknowledged. */
  readonly onSent: (events: readonly EventMessage[]) => void;
}

/** The candidate that is shown, and the budget that a click is paid from. */
interface Shown {
  readonly index: number;
  readonly part: BudgetPart;
}

const PARALLEL_REQUESTS = 16;
const EVENTS_PER_CALL = 500;
const PARALLEL_EVENT_CALLS = 4;
const { EventKind, EventStatus, FollowedRank, Viewable, BidType } = proto.v1;

/**
 * An ad server that plays the market's traffic through the public gRPC API only: asks for a ranking, shows the first
 * ad, pays its bid on a click, and reports what happened in simulated time.
 */
export class AdServer {
  readonly counts: AdServerCounts = { requests: 0, fallbacks: 0, impressions: 0, clicks: 0, conversions: 0 };
  /** Trace of the first decision of the treatment that led to a click. */
  exampleTraceId = '';
  /** Unix milliseconds of the last decision that was made by the experiment and logged. */
  lastDecisionMs = 0;
  /** By variant, what it has counted as sent. */
  private readonly sent = new Map<string, { impressions: number; clicks: number }>();
  private buffer: EventMessage[] = [];
  private readonly sending = new Set<Promise<void>>();

  constructor(private readonly options: AdServerOptions) {}

  /** Plays all requests, in order of time, and resolves when every event is acknowledged. */
  async play(): Promise<void> {
    const { traffic, onProgress, parallel = PARALLEL_REQUESTS } = this.options;
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < traffic.n) {
        await this.serve(next++);
        onProgress(this.counts.requests, traffic.n);
      }
    };
    await Promise.all(Array.from({ length: parallel }, worker));
    await this.flush(1);
    await Promise.all(this.sending);
  }

  /** What it has sent, for the one who holds that against what is kept. */
  get totals(): readonly ArmTotals[] {
    return Array.from(this.sent, ([variant, totals]) => ({ variant, ...totals }));
  }

  private async serve(index: number): Promise<void> {
    const { client, world, traffic } = this.options;
    const request = requestAt(world, traffic, index);
    const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
    const answer = await client.predict(toPredictCall(request, this.options.budgets !== undefined), traceparent);
    this.counts.requests++;
    if (answer.logged && answer.assignments[0]?.assigned)
      this.lastDecisionMs = Math.max(this.lastDecisionMs, uuidV7Time(answer.predictionId));
    if (answer.fallback) this.counts.fallbacks++;
    await this.report(request, answer);
    if (this.buffer.length >= EVENTS_PER_CALL) await this.flush(PARALLEL_EVENT_CALLS);
  }

  /** The first-ranked ad; where budgets run out, the first whose campaign can pay for a click, if there is one. */
  private shown({ ads }: MarketRequest, { rank, budgetArm, budgetShare }: PredictReply): Shown | undefined {
    const { world, budgets } = this.options;
    if (budgets === undefined) return { index: rank.indexOf(1), part: SHARED };
    const part = budgets.split ? { arm: budgetArm, share: budgetShare } : SHARED;
    for (let place = 1; place <= ads.length; place++) {
      const index = rank.indexOf(place);
      const { campaign, bidMicros } = world.ads[ads[index]];
      if (budgets.left.canPay(part, campaign, bidMicros)) return { index, part };
    }
    return undefined;
  }

  /** Decides by the market's hash what becomes of the ad that is shown. */
  private async report(request: MarketRequest, answer: PredictReply): Promise<void> {
    const { world, traffic, startMs, faults, budgets } = this.options;
    const { requestId } = request;
    const shown = this.shown(request, answer);
    if (shown === undefined) return;
    const { index, part } = shown;
    const ad = request.ads[index];
    const variant = answer.assignments[0]?.assigned ?? '';
    const inTreatment = variant === this.options.variants.treatment;
    const fails = (fault: keyof AdServerFaults, about: string): boolean =>
      inTreatment && goesWrong(faults, fault, about);
    const token = fails('misattributed', requestId)
      ? await tokenOfArm(this.options.importer, this.options.variants.control, { request, answer, index })
      : answer.tokens.find((one) => one.index === index)?.token;
    if (ad === undefined || token === undefined || token === null)
      throw new Error(`no token for the ad that is shown in the answer to ${requestId}`);
    const send = (kind: 'impressions' | 'clicks' | 'conversions', event: Omit<EventMessage, 'token'>): void => {
      this.counts[kind]++;
      this.countSent(variant, kind);
      if (!fails('lost', `${kind}:${requestId}`)) this.buffer.push({ ...event, token });
    };

    const seenMs = startMs + request.impressionOffsetMs;
    send('impressions', {
      kind: EventKind.IMPRESSION,
      timeMs: seenMs,
      position: 1,
      followedRank: answer.rank[index] === 1 ? FollowedRank.FOLLOWED : FollowedRank.OVERRULED,
      viewable: Viewable.VIEWABLE_YES,
    });
    if (!isClicked(world, traffic, request.index, ad)) return;
    budgets?.left.pay(part, world.ads[ad].campaign, world.ads[ad].bidMicros);
    if (fails('keptBack', requestId)) return;
    const clickedMs = seenMs + clickDelayMs(traffic, request.index);
    send('clicks', {
      kind: EventKind.CLICK,
      timeMs: clickedMs,
      chargedMicros: request.bidMicros[index] ?? 0,
      currency: 'EUR',
    });
    if (inTreatment && this.exampleTraceId === '') this.exampleTraceId = answer.traceId;
    if (!isConverted(world, traffic, request.index, ad)) return;
    send('conversions', {
      kind: EventKind.CONVERSION,
      timeMs: clickedMs + conversionDelayMs(traffic, request.index),
      conversionKind: 'purchase',
      conversionId: requestId,
      valueMicros: conversionValueMicros(world, traffic, request.index, ad),
      currency: 'EUR',
    });
  }

  private countSent(variant: string, kind: 'impressions' | 'clicks' | 'conversions'): void {
    if (variant === '' || kind === 'conversions') return;
    const totals = this.sent.get(variant) ?? { impressions: 0, clicks: 0 };
    totals[kind]++;
    this.sent.set(variant, totals);
  }

  /** Sends what is buffered, once fewer than `parallel` calls are under way. */
  private async flush(parallel: number): Promise<void> {
    while (this.buffer.length > 0) {
      while (this.sending.size >= parallel) await Promise.race(this.sending);
      const batch = this.buffer.splice(0, EVENTS_PER_CALL);
      if (batch.length === 0) return;
      const call = this.send(batch).finally(() => this.sending.delete(call));
      this.sending.add(call);
    }
  }

  /** Until it is acknowledged: a refused call may be sent again, since repeats are counted once. */
  private async send(batch: EventMessage[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const results = await this.options.client.recordEvents(batch);
        const bad = results.find(
          ({ status }) => status !== EventStatus.ACCEPTED && !(attempt > 1 && status === EventStatus.DUPLICATE),
        );
        if (bad !== undefined)
          throw new Error(`an event was not accepted: ${EventStatus[bad.status ?? 0]} ${bad.reason}`);
        this.options.onSent(batch);
        return;
      } catch (error) {
        if ((error as Partial<ServiceError>).code !== status.UNAVAILABLE || attempt === 20) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
      }
    }
  }
}

function toPredictCall(request: MarketRequest, everyToken: boolean): proto.v1.IPredictRequest {
  return {
    requestId: request.requestId,
    unitId: request.unitId,
    placement: request.placement,
    routing: { device: request.device },
    n: request.adIds.length,
    adId: [...request.adIds],
    campaignId: [...request.campaignIds],
    bidMicros: Array.from(request.bidMicros),
    bidType: BidType.CPC,
    currency: 'EUR',
    columns: encodeColumns(request.columns),
    wantTokens: everyToken ? { all: true } : { top: 1 },
  };
}
