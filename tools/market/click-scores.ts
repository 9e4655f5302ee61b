import { compileEncoder } from '@adlift/features';
import { predictRow, servedLogit, sigmoid, weightsFromJson } from '@adlift/training';
import { CANDIDATES } from './market-size';
import type { RankedModel } from './ranked-model';
import { requestColumns } from './row-columns';
import type { Traffic } from './traffic';
import type { World } from './world';

/** The click probabilities that the predictor gives, from the weight file alone: [n, CANDIDATES], row-major. */
export function clickScores(world: World, traffic: Traffic, model: RankedModel): Float64Array {
  const encoder = compileEncoder(model.schema);
  const weights = weightsFromJson(model.weightFile);
  const { idCount, numericCount } = encoder;
  const ids = new Int32Array(CANDIDATES * idCount);
  const numeric = new Float32Array(CANDIDATES * numericCount);
  const rowFlags = new Uint8Array(CANDIDATES);
  const idRows = rowsOf(ids, idCount);
  const numericRows = rowsOf(numeric, numericCount);
  const scores = new Float64Array(traffic.n * CANDIDATES);
  for (let request = 0; request < traffic.n; request++) {
    encoder.encode(requestColumns(world, traffic, request), CANDIDATES, ids, numeric, rowFlags);
    for (let c = 0; c < CANDIDATES; c++) {
      const logit = servedLogit(predictRow(weights, idRows[c], numericRows[c]), model.calibration, 1);
      scores[request * CANDIDATES + c] = sigmoid(logit);
    }
  }
  return scores;
}

function rowsOf<T extends Int32Array | Float32Array>(matrix: T, width: number): T[] {
  return Array.from({ length: CANDIDATES }, (_, row) => matrix.subarray(row * width, (row + 1) * width) as T);
}
