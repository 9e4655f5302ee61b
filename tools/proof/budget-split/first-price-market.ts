import { RandomStream } from '../random-stream';

const CAMPAIGNS = 60;
const SEGMENTS = 8;
const CANDIDATES = 12;
const REQUESTS = 200_000;
const USERS = 25_000;
const BASE_LOGIT = -3.2;
const CAMPAIGN_SPREAD = 0.4;
const INTERACTION_SPREAD = 0.8;
const MODEL_NOISE = 0.15;
const BID_SPREAD = 0.4;
/** Bids are whole ten-thousandths of the currency, so that squares of users' sums stay exact in doubles. */
const MONEY_UNIT = 10_000;

/** Eight visitors' segments, sixty campaigns that pay their bid for a click, and two models that rank them. */
export interface FirstPriceMarket {
  readonly seed: number;
  readonly users: number;
  /** User and candidates of each request, in time order; candidates are distinct, row-major. */
  readonly user: Uint32Array;
  readonly candidates: Uint8Array;
  readonly segment: Uint8Array;
  readonly bid: Float64Array;
  /** True click probability, [segment, campaign] row-major. */
  readonly clickProbability: Float64Array;
  /** Bid times predicted click probability: a model that knows the mean of each segment, and one that knows the truth but for noise. */
  readonly scores: { readonly control: Float64Array; readonly treatment: Float64Array };
}

/** Draws a market and its 200,000 requests by 25,000 users of exponential activity. */
export function drawMarket(seed: number): FirstPriceMarket {
  const random = new RandomStream(seed, 300);
  const bid = Float64Array.from({ length: CAMPAIGNS }, () =>
    Math.round(MONEY_UNIT * Math.exp(BID_SPREAD * random.normal())),
  );
  const own = Float64Array.from({ length: CAMPAIGNS }, () => BASE_LOGIT + CAMPAIGN_SPREAD * random.normal());
  const logits = Float64Array.from(
    { length: SEGMENTS * CAMPAIGNS },
    (_, i) => own[i % CAMPAIGNS] + INTERACTION_SPREAD * random.normal(),
  );
  const clickProbability = logits.map(sigmoid);
  const control = logits.map((_, i) => bid[i % CAMPAIGNS] * meanOfSegment(clickProbability, Math.floor(i / CAMPAIGNS)));
  const treatment = logits.map((logit, i) => bid[i % CAMPAIGNS] * sigmoid(logit + MODEL_NOISE * random.normal()));
  return {
    seed,
    users: USERS,
    user: drawVisitors(random),
    candidates: drawCandidates(random),
    segment: Uint8Array.from({ length: USERS }, () => Math.floor(SEGMENTS * random.uniform())),
    bid,
    clickProbability,
    scores: { control, treatment },
  };
}

function meanOfSegment(clickProbability: Float64Array, segment: number): number {
  const own = clickProbability.subarray(segment * CAMPAIGNS, (segment + 1) * CAMPAIGNS);
  return own.reduce((sum, p) => sum + p, 0) / CAMPAIGNS;
}

function drawVisitors(random: RandomStream): Uint32Array {
  const running = new Float64Array(USERS);
  let total = 0;
  for (let user = 0; user < USERS; user++) running[user] = total -= Math.log(1 - random.uniform());
  return Uint32Array.from({ length: REQUESTS }, () => {
    const at = total * random.uniform();
    let low = 0;
    let high = USERS - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (running[middle] > at) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

function drawCandidates(random: RandomStream): Uint8Array {
  const candidates = new Uint8Array(REQUESTS * CANDIDATES);
  const deck = Uint8Array.from({ length: CAMPAIGNS }, (_, campaign) => campaign);
  for (let at = 0; at < candidates.length; at += CANDIDATES) {
    // The first cards of a shuffle; the deck may stay as it is for the next request.
    for (let i = 0; i < CANDIDATES; i++) {
      const j = i + Math.floor((CAMPAIGNS - i) * random.uniform());
      const card = deck[j];
      deck[j] = deck[i];
      deck[i] = candidates[at + i] = card;
    }
  }
  return candidates;
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));
