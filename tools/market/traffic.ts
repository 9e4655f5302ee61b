import { ADS, CANDIDATES, FIRST_HOUR, OPEN_HOURS, SITES } from './market-size';
import { exponential, hash, uniform } from './random';
import { pick, zipfShares } from './shares';
import { Stream } from './stream';
import { drawUnits, type Units } from './units';

const HOUR_MS = 3_600_000;
const OPEN_MS = OPEN_HOURS * HOUR_MS;
const SITE_SHARES = zipfShares(SITES, 0.6);

/** Size of a run: `requests` of exactly `units` visitors, over `days` (default 1) of 12 open hours each. */
export interface TrafficSize {
  readonly requests: number;
  readonly units: number;
  readonly days?: number;
}

/** The ad requests of a run in time order, by index; one impression each. */
export interface Traffic {
  readonly runSeed: number;
  readonly n: number;
  readonly units: Units;
  readonly unit: Uint32Array;
  readonly site: Uint8Array;
  /** Hour of the day. */
  readonly hour: Uint8Array;
  /** Pages that the visitor saw before. */
  readonly depth: Uint16Array;
  /** Ads on offer, distinct within a request: [n, CANDIDATES], row-major. */
  readonly candidates: Uint8Array;
  /** Milliseconds from the start of the run. */
  readonly impressionOffsetMs: Float64Array;
}

/** Draws the requests of a run; throws RangeError when there are fewer requests than units. */
export function makeTraffic(runSeed: number, { requests: n, units: unitCount, days = 1 }: TrafficSize): Traffic {
  if (!(unitCount > 0 && n >= unitCount)) {
    throw new RangeError(`every unit sends a request: ${n} requests are too few for ${unitCount} units`);
  }
  const units = drawUnits(runSeed, unitCount);
  const unit = drawVisitors(runSeed, n, units);
  const site = new Uint8Array(n);
  const hour = new Uint8Array(n);
  const depth = new Uint16Array(n);
  const impressionOffsetMs = new Float64Array(n);
  for (let r = 0; r < n; r++) {
    site[r] = pick(SITE_SHARES, uniform(runSeed, Stream.requestSite, r));
    depth[r] = Math.min(200, Math.floor(3 * exponential(runSeed, Stream.requestDepth, r) ** 1.5));
    const openMs = Math.floor(((r + uniform(runSeed, Stream.requestTime, r)) / n) * days * OPEN_MS);
    const day = Math.floor(openMs / OPEN_MS);
    hour[r] = FIRST_HOUR + Math.floor((openMs - day * OPEN_MS) / HOUR_MS);
    impressionOffsetMs[r] = openMs + day * (24 * HOUR_MS - OPEN_MS);
  }
  const candidates = drawCandidates(runSeed, n);
  return { runSeed, n, units, unit, site, hour, depth, candidates, impressionOffsetMs };
}

function drawVisitors(runSeed: number, n: number, units: Units): Uint32Array {
  const unit = Uint32Array.from({ length: n }, (_, i) =>
    i < units.n ? i : pick(units.activity, uniform(runSeed, Stream.requestUnit, i)),
  );
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor((i + 1) * uniform(runSeed, Stream.requestOrder, i));
    const kept = unit[i];
    unit[i] = unit[j];
    unit[j] = kept;
  }
  return unit;
}

function drawCandidates(runSeed: number, n: number): Uint8Array {
  const candidates = new Uint8Array(n * CANDIDATES);
  for (let r = 0; r < n; r++) {
    const first = r * CANDIDATES;
    for (let filled = 0, draw = 0; filled < CANDIDATES; draw++) {
      const ad = hash(runSeed, Stream.requestCandidate, r, draw) % ADS;
      let at = first;
      while (at < first + filled && candidates[at] !== ad) at++;
      if (at === first + filled) candidates[first + filled++] = ad;
    }
  }
  return candidates;
}
