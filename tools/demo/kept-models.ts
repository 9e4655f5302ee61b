import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { MarketModels } from '../market/index';

/**
 * The models of the market of `seed` that an earlier call left in `folder`; where there are none that can be read, what
 * `train` gives, which is left there. A folder is for one release: what another one would train is not looked at.
 */
export function keptModels(folder: string, seed: number, train: () => MarketModels): MarketModels {
  const file = join(folder, `s${seed}.models`);
  try {
    return deserialize(readFileSync(file)) as MarketModels;
  } catch {
    const models = train();
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.draft`, serialize(models));
    renameSync(`${file}.draft`, file);
    return models;
  }
}
