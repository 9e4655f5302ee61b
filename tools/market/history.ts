import type { Dataset } from '@adlift/training';
import { ADS, CANDIDATES } from './market-size';
import { isClicked, isConverted } from './outcomes';
import { hash, normal, uniform } from './random';
import { rowColumns } from './row-columns';
import { Stream } from './stream';
import { makeTraffic, type Traffic } from './traffic';
import type { World } from './world';

const RANDOM_SHARE = 0.2;
const DAYS = 30;
const PROGRESS_ROWS = 1 << 15;

/** What was served before the experiment, in time order: what the models learn from. */
export interface History {
  readonly traffic: Traffic;
  /** Ad shown at each request. */
  readonly served: Uint8Array;
  /** 1 where the ad was drawn at random, 0 where the past policy chose it. */
  readonly random: Uint8Array;
  /** Every impression, labelled by its click. */
  readonly clicks: Dataset;
  /** Every click, labelled by its conversion. */
  readonly conversions: Dataset;
}

/**
 * Serves `rows` requests of 30 days by a past policy that ranks by a rough idea of each ad's popularity, the bid and
 * noise, and draws the ad at random for 20 % of them.
 */
export function makeHistory(world: World, rows: number, onProgress?: (done: number, total: number) => void): History {
  const units = Math.ceil(rows / 15);
  const traffic = makeTraffic(hash(world.seed, Stream.historySeed), { requests: rows, units, days: DAYS });
  const served = new Uint8Array(rows);
  const random = new Uint8Array(rows);
  const clicked = new Uint8Array(rows);
  const worth = guessedWorth(world);
  for (let request = 0; request < rows; request++) {
    random[request] = uniform(traffic.runSeed, Stream.historyRandom, request) < RANDOM_SHARE ? 1 : 0;
    served[request] = random[request] === 1 ? drawAd(traffic, request) : chooseAd(worth, traffic, request);
    clicked[request] = isClicked(world, traffic, request, served[request]) ? 1 : 0;
    if ((request + 1) % PROGRESS_ROWS === 0) onProgress?.(request + 1, rows);
  }
  onProgress?.(rows, rows);
  const everyRequest = Uint32Array.from(served, (_, request) => request);
  const clickedRequests = everyRequest.filter((request) => clicked[request] === 1);
  return {
    traffic,
    served,
    random,
    clicks: { columns: rowColumns(world, traffic, everyRequest, served), n: rows, labels: clicked },
    conversions: {
      columns: rowColumns(
        world,
        traffic,
        clickedRequests,
        Uint8Array.from(clickedRequests, (request) => served[request]),
      ),
      n: clickedRequests.length,
      labels: Uint8Array.from(clickedRequests, (request) =>
        isConverted(world, traffic, request, served[request]) ? 1 : 0,
      ),
    },
  };
}

/** Log of bid times popularity, as far as the past policy knows it. */
function guessedWorth(world: World): Float64Array {
  return Float64Array.from({ length: ADS }, (_, ad) => {
    const popularity = world.click.ad[ad] + 0.3 * normal(world.seed, Stream.historyPopularity, ad);
    return Math.log(world.ads[ad].bidMicros) + popularity;
  });
}

function drawAd({ runSeed, candidates }: Traffic, request: number): number {
  return candidates[request * CANDIDATES + (hash(runSeed, Stream.historyPick, request) % CANDIDATES)];
}

function chooseAd(worth: Float64Array, { runSeed, candidates }: Traffic, request: number): number {
  let best = 0;
  let highest = -Infinity;
  for (let i = request * CANDIDATES, end = i + CANDIDATES; i < end; i++) {
    const noise = uniform(runSeed, Stream.historyNoise, request, candidates[i]);
    const score = worth[candidates[i]] + noise;
    if (score <= highest) continue;
    highest = score;
    best = candidates[i];
  }
  return best;
}
