import { sigmoid } from '@adlift/training';
import { CANDIDATES } from './market-size';
import { adLogit, contextLogit } from './outcomes';
import { hash } from './random';
import { Stream } from './stream';
import { makeTraffic } from './traffic';
import type { UncalibratedWorld } from './world';

const TARGET_CLICK_RATE = 0.06;
const SAMPLE = { requests: 20_000, units: 5_000 };
const STEPS = 30;

/**
 * Intercept at which the ads that main effects and bids put first are clicked in 6 % of a fixed sample of requests.
 * Ranked by the odds instead of the probability, the winners do not depend on the intercept.
 */
export function calibrateIntercept(world: UncalibratedWorld): number {
  const logits = winnerLogits(world);
  let low = -10;
  let high = 2;
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    let clicks = 0;
    for (const logit of logits) clicks += sigmoid(middle + logit);
    if (clicks < TARGET_CLICK_RATE * logits.length) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function winnerLogits(world: UncalibratedWorld): Float64Array {
  const { click, ads } = world;
  const traffic = makeTraffic(hash(world.seed, Stream.calibrationSeed), SAMPLE);
  const score = Float64Array.from(ads, (ad, i) => ad.bidMicros * Math.exp(click.ad[i]));
  return Float64Array.from({ length: traffic.n }, (_, request) => {
    let best = traffic.candidates[request * CANDIDATES];
    for (let c = 1; c < CANDIDATES; c++) {
      const ad = traffic.candidates[request * CANDIDATES + c];
      if (score[ad] > score[best]) best = ad;
    }
    return contextLogit(world, traffic, request) + adLogit(world, traffic, request, best);
  });
}
