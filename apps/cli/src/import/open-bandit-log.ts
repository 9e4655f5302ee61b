import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { CliError } from '../cli-error';

/** One logged impression of the Open Bandit Dataset (Saito et al., arXiv 2008.07146). */
export interface BanditRow {
  /** Place in its log, from 0. */
  readonly index: number;
  readonly timeMs: number;
  readonly itemId: string;
  /** Slot on the page, 1 to 3. */
  readonly position: number;
  readonly clicked: boolean;
  /** Probability with which the policy chose the item, (0, 1]. */
  readonly propensity: number;
}

/** The two logging policies, the uniform one being the control. */
export const POLICIES = ['random', 'bts'] as const;
export type Policy = (typeof POLICIES)[number];

const COLUMNS = ['timestamp', 'item_id', 'position', 'click', 'propensity_score'] as const;

/** Campaign whose logs the folder holds, from file names such as `bts-men.csv.gz`. Throws CliError saying what is missing. */
export async function findCampaign(folder: string): Promise<string> {
  const names = await readdir(folder).catch((error: Error) => {
    throw new CliError(`cannot read ${folder}: ${error.message}`);
  });
  const campaign = names.map((name) => /^random-(.+)\.csv\.gz$/.exec(name)?.[1]).find((found) => found !== undefined);
  if (campaign === undefined || !names.includes(`bts-${campaign}.csv.gz`)) {
    throw new CliError(
      `${folder} does not hold an Open Bandit log: expected random-CAMPAIGN.csv.gz and bts-CAMPAIGN.csv.gz`,
    );
  }
  return campaign;
}

/** The rows of one policy's log, in the order of the file, at most `limit`. Throws CliError naming a malformed line. */
export async function* readPolicyLog(
  folder: string,
  campaign: string,
  policy: Policy,
  limit: number,
): AsyncGenerator<BanditRow> {
  const file = join(folder, `${policy}-${campaign}.csv.gz`);
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()), crlfDelay: Infinity });
  let places: number[] | undefined;
  let index = 0;
  for await (const line of lines) {
    if (line === '') continue;
    const cells = line.split(',');
    if (places === undefined) {
      places = COLUMNS.map((column) => cells.indexOf(column));
      if (places.includes(-1))
        throw new CliError(`${file}: its first line lacks one of the columns ${COLUMNS.join(', ')}`);
      continue;
    }
    if (index >= limit) return;
    yield parseRow(
      places.map((place) => cells[place] ?? ''),
      index,
      `${file}, row ${index + 1}`,
    );
    index++;
  }
}

function parseRow(
  [timestamp = '', itemId = '', position, click, propensity]: string[],
  index: number,
  where: string,
): BanditRow {
  const row: BanditRow = {
    index,
    // Microseconds and "+00:00": ISO 8601 once the blank is a T.
    timeMs: Date.parse(timestamp.replace(' ', 'T')),
    itemId,
    position: Number(position),
    clicked: click === '1',
    propensity: Number(propensity),
  };
  const sound =
    Number.isFinite(row.timeMs) && Number.isInteger(row.position) && row.propensity > 0 && row.propensity <= 1;
  if (!sound || itemId === '' || (click !== '0' && click !== '1'))
    throw new CliError(`${where} is malformed: ${[timestamp, itemId, position, click, propensity].join(', ')}`);
  return row;
}
