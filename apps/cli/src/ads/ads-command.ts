import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { AdminApi, AdState } from '@adlift/client';
import type { Connect } from '../connection';
import { putAds } from './put-ads';

const PUT_HELP = `
FILE has one JSON object a line; only adId is required, and the features given replace those that an ad had:
  {"adId": "ad-17", "campaignId": "c-3", "landingUrl": "https://shop.example/17", "features": {"price": 9.5, "category": "travel"}}
Each 10,000 lines are one version of the catalogue, stored as a whole or not at all.`;

/** `adlift ads put FILE | get ID | remove ID`; a relative file starts at `userFolder`. */
export function adsCommand(connect: Connect, userFolder: string): Command {
  const command = new Command('ads').description('the ad catalogue, whose features join requests by ad id');
  command
    .command('put <file>')
    .description('add and change the ads of a JSON lines file')
    .option('--json', 'print one JSON document on standard output', false)
    .addHelpText('after', PUT_HELP)
    .action(async (file: string, { json }: { json: boolean }) => {
      const summary = await withAdmin(connect, (admin) => putAds(admin, resolve(userFolder, file)));
      const { ads, changed, catalogueVersion } = summary;
      print(
        json,
        summary,
        `${ads} ads read, ${changed} new or changed; the catalogue is at version ${catalogueVersion}`,
      );
    });
  command
    .command('get <id>')
    .description('an ad as it is, or as it was')
    .option('--version <version>', 'as of this version of the catalogue', wholeNumber)
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (id: string, { version, json }: { version?: number; json: boolean }) => {
      const state = await withAdmin(connect, (admin) => admin.ad(id, version));
      print(json, state, adLines(state));
    });
  command
    .command('remove <id>')
    .description('take an ad out of the catalogue; its history stays')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (id: string, { json }: { json: boolean }) => {
      const change = await withAdmin(connect, (admin) => admin.removeAd(id));
      print(json, change, `${id} is removed: the catalogue is at version ${change.catalogueVersion}`);
    });
  return command;
}

async function withAdmin<T>(connect: Connect, use: (admin: AdminApi) => Promise<T>): Promise<T> {
  const connection = await connect();
  try {
    return await use(connection.admin);
  } finally {
    await connection.close();
  }
}

function print(json: boolean, document: object, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(document, null, 2) : text}\n`);
}

function adLines({ catalogueVersion, ad }: AdState): string {
  const features = Object.entries(ad.features).map(([name, value]) => `  ${name} = ${JSON.stringify(value)}`);
  return [
    `${ad.adId} as of catalogue version ${catalogueVersion}, last changed in version ${ad.version} at ${ad.changedAt}`,
    `  campaign ${ad.campaignId || '-'}`,
    `  landing URL ${ad.landingUrl || '-'}`,
    ...features,
  ].join('\n');
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number from 1');
  return value;
}
