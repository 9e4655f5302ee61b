import { createHash } from 'node:crypto';
import { ApiError, type AdminApi, type AdServerClient, type EventMessage, type Report } from '@adlift/client';
import { makeUuidV7, proto } from '@adlift/wire';
import { CliError } from '../cli-error';
import { findCampaign, POLICIES, readPolicyLog, type BanditRow, type Policy } from './open-bandit-log';

export interface ImportOptions {
  readonly folder: string;
  /** Rows of each log; Infinity for all. */
  readonly limit: number;
  /** Key of the experiment; by default from the campaign and the limit. */
  readonly key: string | undefined;
  readonly onProgress: (rows: number) => void;
}

/** Predictions of one call; each becomes an exposure, an impression, and perhaps a click. */
const ROWS_PER_CALL = 300;
const PHASE = 1;
const SETTLE_MS = 60_000;
const { EventKind, EventStatus, FollowedRank, BidType } = proto.v1;

/**
 * Sends both policies' logs through the public API as a finished experiment of two arms, and returns its report. Every
 * impression is a unit of its own, because the log has no user ids. Ids follow from the rows, so a broken import can
 * be run again and counts nothing twice.
 */
export async function importOpenBandit(api: AdminApi, client: AdServerClient, options: ImportOptions): Promise<Report> {
  const campaign = await findCampaign(options.folder);
  const key = options.key ?? `obd-${campaign}${Number.isFinite(options.limit) ? `-${options.limit}` : ''}`;
  await openExperiment(api, key, campaign);
  let rows = 0;
  let clicks = 0;
  for (const policy of POLICIES) {
    for await (const batch of batches(readPolicyLog(options.folder, campaign, policy, options.limit))) {
      await sendRows(client, key, campaign, policy, batch);
      rows += batch.length;
      clicks += batch.filter((row) => row.clicked).length;
      options.onProgress(rows);
    }
  }
  await closeExperiment(api, key);
  return settledReport(api, key, { rows, clicks });
}

async function openExperiment(api: AdminApi, key: string, campaign: string): Promise<void> {
  const variant = (policy: Policy): unknown => ({
    name: policy,
    weight: 50,
    control: policy === 'random',
    ctr: `external@${policy}`,
  });
  try {
    await api.createExperiment({
      key,
      source: 'import',
      description: `Open Bandit Dataset, campaign ${campaign}: uniform random against Bernoulli Thompson sampling`,
      design: { goal: 'ctr', decisionScale: 'absolute', plannedUnits: 20_000, variants: POLICIES.map(variant) },
    });
    await api.startExperiment(key);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'already_exists') throw error;
    const existing = (await api.experiments()).find((experiment) => experiment.key === key);
    if (existing?.source !== 'import')
      throw new CliError(`experiment "${key}" exists and is not an import; choose another key with --key`);
    if (existing.state === 'draft') await api.startExperiment(key);
  }
}

async function closeExperiment(api: AdminApi, key: string): Promise<void> {
  const { experiment } = await api.report(key);
  if (experiment.state === 'running') await api.stopExperiment(key);
}

async function sendRows(
  client: AdServerClient,
  key: string,
  campaign: string,
  policy: Policy,
  rows: readonly BanditRow[],
): Promise<void> {
  const { predictions } = await client.mintTokens({
    predictions: rows.map((row) => ({
      past: {
        predictionId: predictionId(key, policy, row),
        unitId: `${policy}-${row.index}`,
        placement: `position-${row.position}`,
        assignments: [{ experiment: key, phase: PHASE, assigned: policy, served: policy, reason: 'split' }],
        bidType: BidType.CPC,
        currency: 'EUR',
      },
      candidates: [{ index: 0, adId: `item-${row.itemId}`, campaignId: campaign, propensity: row.propensity }],
    })),
  });
  const events = rows.flatMap((row, i): EventMessage[] => {
    const token = predictions[i]?.tokens?.[0]?.token ?? '';
    const impression = {
      kind: EventKind.IMPRESSION,
      token,
      timeMs: row.timeMs,
      position: row.position,
      followedRank: FollowedRank.FOLLOWED,
    };
    const seen = [{ kind: EventKind.EXPOSURE, token, timeMs: row.timeMs }, impression];
    // The log has one time a row; a click cannot come with its impression.
    return row.clicked ? [...seen, { kind: EventKind.CLICK, token, timeMs: row.timeMs + 1000 }] : seen;
  });
  const results = await client.recordEvents(events);
  const bad = results.findIndex(({ status }) => status !== EventStatus.ACCEPTED && status !== EventStatus.DUPLICATE);
  if (bad >= 0) throw new CliError(`the predictor did not take an event of ${policy}: ${results[bad]?.reason}`);
}

/** A UUIDv7 of the row's time whose other bits follow from the row. */
function predictionId(key: string, policy: Policy, row: BanditRow): string {
  return makeUuidV7(row.timeMs, createHash('sha256').update(`${key}/${policy}/${row.index}`).digest().subarray(0, 16));
}

async function* batches(rows: AsyncIterable<BanditRow>): AsyncGenerator<BanditRow[]> {
  let batch: BanditRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < ROWS_PER_CALL) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The report once all that was sent is in it: the predictor has it durably before PostgreSQL does. */
async function settledReport(api: AdminApi, key: string, sent: { rows: number; clicks: number }): Promise<Report> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const report = await api.report(key);
    const { exposedUnits, impressions, clicks } = report.traffic;
    // An earlier import under this key may have sent more.
    const counted = Math.min(exposedUnits, impressions) >= sent.rows && clicks >= sent.clicks;
    if (counted && report.folding.pendingDeltas === 0) return report;
    if (Date.now() > deadline)
      throw new CliError(
        `${impressions} of ${sent.rows} impressions were in the report after ${SETTLE_MS / 1000} s; are the experiments app and PostgreSQL running? What was sent is safe, the same command may be run again`,
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
