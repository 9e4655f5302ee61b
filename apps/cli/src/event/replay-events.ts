import type { AdminApi, AdServerClient, EventMessage, RejectedEventFilter, RejectedReport } from '@adlift/client';
import { proto } from '@adlift/wire';

const { EventKind, EventStatus, FollowedRank, Viewable } = proto.v1;

/** What became of events that were sent again. */
export interface Replayed {
  readonly sent: number;
  /** Taken now: accepted, or recorded before after all. */
  readonly taken: number;
  /** Refused once more, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}

const KINDS: Readonly<Record<string, proto.v1.EventKind>> = {
  exposure: EventKind.EXPOSURE,
  impression: EventKind.IMPRESSION,
  click: EventKind.CLICK,
  conversion: EventKind.CONVERSION,
  hide: EventKind.HIDE,
  invalidate: EventKind.INVALIDATE,
};
const RANKS = {
  unknown: FollowedRank.FOLLOWED_RANK_UNKNOWN,
  followed: FollowedRank.FOLLOWED,
  overruled: FollowedRank.OVERRULED,
};
const VIEWABLE = { unknown: Viewable.VIEWABLE_UNKNOWN, yes: Viewable.VIEWABLE_YES, no: Viewable.VIEWABLE_NO };

interface Listed {
  readonly id: string;
  readonly report: RejectedReport;
}

/** A call takes 1 MiB, and a forged token may be of 4 KiB. */
const MAX_BYTES = 900_000;

/**
 * Sends rejected events again as they came, oldest time and all, once what they were rejected for is mended. Those that
 * are taken leave the list of what can be sent again; those refused once more are on it anew.
 */
export async function replayEvents(
  admin: AdminApi,
  importer: AdServerClient,
  filter: RejectedEventFilter,
  onProgress: (sent: number) => void,
): Promise<Replayed> {
  const refused: Record<string, number> = {};
  let [sent, taken] = [0, 0];
  let cursor: string | undefined;
  do {
    const page = await admin.rejectedEvents({
      ...filter,
      ...{ status: 'rejected', replayable: 'true', limit: '1000' },
      ...(cursor === undefined ? {} : { cursor }),
    });
    const reports = page.events.flatMap(({ id, report }) => (report === undefined ? [] : [{ id, report }]));
    for (const parcel of parcels(reports)) {
      const results = await importer.recordEvents(parcel.map(({ report }) => toMessage(report)));
      for (const { status, reason } of results) {
        if (status === EventStatus.REJECTED) refused[reason ?? ''] = (refused[reason ?? ''] ?? 0) + 1;
        else taken++;
      }
      // What was refused once more is listed anew: left here too, there would be twice as many after each replay.
      await admin.noteReplayed(parcel.map(({ id }) => id));
      sent += parcel.length;
      onProgress(sent);
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { sent, taken, refused };
}

function toMessage({ kind, followedRank, viewable, ...report }: RejectedReport): EventMessage {
  return { ...report, kind: KINDS[kind] ?? 0, followedRank: RANKS[followedRank], viewable: VIEWABLE[viewable] };
}

/** The reports in lists that fit into one call each. A message is shorter than the JSON of what it says. */
function parcels(reports: readonly Listed[]): Listed[][] {
  const found: Listed[][] = [];
  let bytes = 0;
  for (const one of reports) {
    const size = Buffer.byteLength(JSON.stringify(one.report));
    const last = found.at(-1);
    if (last === undefined || bytes + size > MAX_BYTES) {
      found.push([one]);
      bytes = size;
    } else {
      last.push(one);
      bytes += size;
    }
  }
  return found;
}
