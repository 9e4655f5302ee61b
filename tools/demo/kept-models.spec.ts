import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeWorld, trainMarketModels, type MarketModels } from '../market/index';
import { keptModels } from './kept-models';

describe('models that a demo keeps', () => {
  const trained = trainMarketModels(makeWorld(7), { rows: 40_000 });
  let folder: string;
  let trainings: number;
  const train = (): MarketModels => {
    trainings++;
    return trained;
  };

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'adlift-kept-')), 'models');
    trainings = 0;
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

  it('are trained once, and are the same to the byte afterwards', () => {
    expect(keptModels(folder, 7, train)).toBe(trained);
    expect(keptModels(folder, 7, train)).toEqual(trained);
    expect(trainings).toBe(1);
  });

  it('are trained for each market', () => {
    for (const seed of [7, 8, 7]) keptModels(folder, seed, train);
    expect(trainings).toBe(2);
  });

  it('are trained again where the file is cut short', () => {
    keptModels(folder, 7, train);
    const [file = ''] = readdirSync(folder);
    truncateSync(join(folder, file), 100);
    keptModels(folder, 7, train);
    expect(trainings).toBe(2);
  });
});
