import { compileEncoder } from '@adlift/features';
import { type Weights, weightsFromJson } from '@adlift/training';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { firstRanked } from './first-ranked';
import { makeWorld } from './make-world';
import { requestAt } from './market-request';
import { ADS } from './market-size';
import type { RankedModel } from './ranked-model';
import { SplitRanking } from './split-ranking';
import { makeTraffic } from './traffic';
import { trainMarketModels } from './train-models';
import { type ArmTruth, marketTruth } from './truth';

const EPSILON = 0.1;
const VALUE_IMPORT = /^(?:import|export) (?!type\b)[^;]*?from '((?:\.|@adlift\/)[^']+)'/gm;
const world = makeWorld(4);
const { lr, fm } = trainMarketModels(world, { rows: 40_000 });
const traffic = makeTraffic(11, { requests: 200, units: 40 });

const logistic = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** The true probability, written out from the market's effects. */
function trueProbability(request: number, ad: number): number {
  const { click } = world;
  const unit = traffic.unit[request];
  const [segment, site] = [traffic.units.segment[unit], traffic.site[request]];
  const age = traffic.units.age[unit];
  return logistic(
    world.intercept +
      click.segment[segment] +
      click.site[site] +
      click.device[traffic.units.device[unit]] +
      (click.city[traffic.units.city[unit]] ?? 0) +
      click.hour[traffic.hour[request]] +
      (Number.isNaN(age) ? -0.1 : (age - 40) / 100) -
      0.12 * Math.log(1 + traffic.depth[request]) +
      click.ad[ad] +
      click.segmentAd[segment * ADS + ad] +
      click.siteAd[site * ADS + ad],
  );
}

/** Prediction of one candidate by the definition of the model: linear terms and every pair of inputs. */
function predict(model: RankedModel, weights: Weights, request: number, place: number): number {
  const encoder = compileEncoder(model.schema);
  const { columns, ads } = requestAt(world, traffic, request);
  const ids = new Int32Array(ads.length * encoder.idCount);
  const numeric = new Float32Array(ads.length * encoder.numericCount);
  encoder.encode(columns, ads.length, ids, numeric, new Uint8Array(ads.length));
  const inputs: { x: number; w: number; v: number[] }[] = [];
  const factorsAt = (table: Float64Array, at: number, k: number): number[] => [...table.subarray(at * k, at * k + k)];
  for (const id of ids.subarray(place * encoder.idCount, (place + 1) * encoder.idCount)) {
    inputs.push({ x: 1, w: weights.w[id], v: weights.kind === 'fm' ? factorsAt(weights.v, id, weights.k) : [] });
  }
  numeric.subarray(place * encoder.numericCount, (place + 1) * encoder.numericCount).forEach((x, m) => {
    inputs.push({
      x,
      w: weights.numeric[m],
      v: weights.kind === 'fm' ? factorsAt(weights.vNumeric, m, weights.k) : [],
    });
  });
  let logit = weights.bias;
  inputs.forEach((a, i) => {
    logit += a.w * a.x;
    for (const b of inputs.slice(i + 1)) logit += a.x * b.x * a.v.reduce((sum, v, f) => sum + v * b.v[f], 0);
  });
  return logistic(model.calibration.a * logit + model.calibration.b);
}

function bruteForce(model: RankedModel): Pick<ArmTruth, 'clicks' | 'spendMicros'> {
  const weights = weightsFromJson(model.weightFile);
  let [clicks, spendMicros] = [0, 0];
  for (let request = 0; request < traffic.n; request++) {
    const { ads, adIds, bidMicros } = requestAt(world, traffic, request);
    const offers = ads.map((ad, place) => ({
      id: adIds[place],
      ecpm: bidMicros[place] * predict(model, weights, request, place),
      p: trueProbability(request, ad),
      bid: bidMicros[place],
    }));
    offers.sort((a, b) => b.ecpm - a.ecpm || (a.id < b.id ? -1 : 1));
    offers.forEach(({ p, bid }, rank) => {
      const share = EPSILON / offers.length + (rank === 0 ? 1 - EPSILON : 0);
      clicks += share * p;
      spendMicros += share * p * bid;
    });
  }
  return { clicks, spendMicros };
}

describe('the truth', () => {
  it('equals a brute-force recomputation on 200 requests', () => {
    const truth = marketTruth(world, traffic, { control: lr, treatment: fm }, EPSILON);
    const expected = { control: bruteForce(lr), treatment: bruteForce(fm) };
    for (const arm of ['control', 'treatment'] as const) {
      expect(truth[arm].clicks / expected[arm].clicks).toBeCloseTo(1, 10);
      expect(truth[arm].spendMicros / expected[arm].spendMicros).toBeCloseTo(1, 10);
      expect(truth[arm].rpmMicros).toBeCloseTo((1000 * expected[arm].spendMicros) / 200, 3);
    }
    expect(truth.ctrLift).toBeCloseTo(expected.treatment.clicks / expected.control.clicks - 1, 10);
    expect(truth.rpmLift).toBeCloseTo(expected.treatment.spendMicros / expected.control.spendMicros - 1, 10);
  });

  it('knows no lift where both arms are served by the same model', () => {
    const truth = marketTruth(world, traffic, { control: fm, treatment: fm }, EPSILON);
    expect([truth.ctrLift, truth.rpmLift]).toEqual([0, 0]);
  });

  it('knows no lift where everything is explored', () => {
    const truth = marketTruth(world, traffic, { control: lr, treatment: fm }, 1);
    expect(truth.ctrLift).toBeCloseTo(0, 12);
  });

  it('reaches neither apps nor scoring nor ledger nor statistics through its imports', () => {
    const reached = sourcesReachedFrom(join(__dirname, 'truth.ts'));
    const root = join(__dirname, '../..');
    const homes = new Set([...reached].map((file) => relative(root, file).split('/').slice(0, 2).join('/')));
    expect(homes).toEqual(new Set(['tools/market', 'libs/features', 'libs/memory', 'libs/training', 'libs/wire']));
  });
});

describe('the ranking in two parts', () => {
  const large = makeTraffic(12, { requests: 3000, units: 500 });

  it.each([
    ['logistic regression', lr],
    ['factorisation machine', fm],
  ])('puts the same ads first as the plain ranking by %s', (_, model) => {
    expect(new SplitRanking(world, model).firstRanked(large)).toEqual(firstRanked(world, large, model));
  });

  it('refuses a model with crosses', () => {
    const crosses = [{ name: 'segment*ad_id', of: ['segment', 'ad_id'], size: 64 }];
    const crossed = { ...lr, schema: { ...lr.schema, crosses } };
    expect(() => new SplitRanking(world, crossed)).toThrow(RangeError);
  });
});

/** Source files that a source file loads, directly or through others; imports of types are gone by then. */
function sourcesReachedFrom(entry: string): Set<string> {
  const reached = new Set([entry]);
  for (const file of reached) {
    for (const [, target] of readFileSync(file, 'utf8').matchAll(VALUE_IMPORT)) {
      const lib = /^@adlift\/([a-z-]+)$/.exec(target);
      const path = lib ? join(__dirname, '../../libs', lib[1], 'src/index') : join(dirname(file), target);
      const source = [`${path}.ts`, `${path}.js`].find((candidate) => existsSync(candidate));
      if (source === undefined) throw new Error(`${file} imports ${target}, which is no file`);
      reached.add(source);
    }
  }
  return reached;
}
