import { compileEncoder, type Encoder } from '@adlift/features';
import { servedLogit, sigmoid, type Weights, weightsFromJson } from '@adlift/training';
import { BestOffer } from './first-ranked';
import { CANDIDATES } from './market-size';
import { type PartialScores, scorePart } from './partial-scores';
import type { RankedModel } from './ranked-model';
import { adColumns, contextColumns, isAdFeature } from './row-columns';
import type { Traffic } from './traffic';
import type { World } from './world';

/**
 * Same answer as `firstRanked`, for many runs of one model: the inputs fall into context and ad, whose partial scores
 * are computed once per request and once per ad, so that a pair costs one product of k factors. Throws RangeError for
 * a model with crosses, which belong to neither part.
 */
export class SplitRanking {
  private readonly encoder: Encoder;
  private readonly weights: Weights;
  private readonly ads: PartialScores;

  constructor(
    private readonly world: World,
    private readonly model: RankedModel,
  ) {
    if (model.schema.crosses.length > 0) throw new RangeError('a model with crosses does not split into two parts');
    this.encoder = compileEncoder(model.schema);
    this.weights = weightsFromJson(model.weightFile);
    const everyAd = world.ads.map((_, ad) => ad);
    this.ads = scorePart(this.weights, this.encoder, adColumns(world, everyAd), everyAd.length, isAdFeature);
  }

  /** The ad that comes first at each request, as an index into `world.ads`. */
  firstRanked(traffic: Traffic): Uint8Array {
    const contexts = this.contextScores(traffic);
    const { own, factors, k } = this.ads;
    const first = new Uint8Array(traffic.n);
    for (let request = 0; request < traffic.n; request++) {
      const winner = new BestOffer(this.world);
      for (let i = request * CANDIDATES, end = i + CANDIDATES; i < end; i++) {
        const ad = traffic.candidates[i];
        let logit = this.weights.bias + contexts.own[request] + own[ad];
        for (let f = 0; f < k; f++) logit += contexts.factors[request * k + f] * factors[ad * k + f];
        winner.offer(ad, sigmoid(servedLogit(logit, this.model.calibration, 1)));
      }
      first[request] = winner.ad;
    }
    return first;
  }

  private contextScores(traffic: Traffic): PartialScores {
    const everyRequest = Uint32Array.from({ length: traffic.n }, (_, request) => request);
    const columns = contextColumns(this.world, traffic, everyRequest);
    return scorePart(this.weights, this.encoder, columns, traffic.n, (column) => !isAdFeature(column));
  }
}
