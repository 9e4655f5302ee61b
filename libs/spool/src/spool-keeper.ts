import { MAX_BLOB_BYTES, sealBlob } from './blob';
import type { ConsumerAnswer, ConsumerRequest } from './consumer-protocol';
import { Figures } from './figures';
import type { Damage, NewBatch } from './spool-batch';
import { SpoolFile } from './spool-file';
import type { Group, ThreadData } from './thread-protocol';

/** What the thread does with the file on behalf of the owner and the consumers, and the figures it keeps of it. */
export class SpoolKeeper {
  private readonly file: SpoolFile;
  private readonly figures: Figures;
  private syncsShown = 0;

  /** Opens the file; throws as {@link SpoolFile.open} does. */
  constructor(
    private readonly data: ThreadData,
    onDamage: (damage: Damage) => void,
  ) {
    this.file = SpoolFile.open(data.file, { maxBytes: data.maxBytes, onDamage });
    this.figures = Figures.in(data.figures);
    this.figures.set('capBytes', this.file.capBytes);
    data.streams.forEach((_, at) => this.figures.setBacklog(at, { records: 0, oldestMs: 0 }));
    this.show();
  }

  /** Keeps the group, on disk when it returns; false, and nothing of it kept, when there is no room. */
  keep({ parts }: Group): boolean {
    const batches = parts.map(({ slab, stream, records, bytes, arrivedMs }): NewBatch => {
      const blob = new Uint8Array(this.data.slabs, slab * MAX_BLOB_BYTES, bytes);
      sealBlob(blob, records);
      return { stream: this.data.streams[stream], records, arrivedMs, blob };
    });
    const kept = this.file.append(batches);
    if (kept) {
      this.figures.add('commits', 1);
      this.figures.add(
        'committedRecords',
        parts.reduce((sum, { records }) => sum + records, 0),
      );
    }
    this.show();
    return kept;
  }

  /** Answers a consumer. */
  serve(request: ConsumerRequest): ConsumerAnswer {
    const { number } = request;
    if (request.type === 'read') {
      const batches = this.file.read(request.stream, request);
      this.show();
      return { number, batches };
    }
    this.file.remove(request.ids);
    this.show();
    return { number, batches: [] };
  }

  /** Work for the file that nobody waits for; to be called when everybody was answered. */
  tidy(): void {
    this.file.tidy();
  }

  close(): void {
    this.file.close();
  }

  private show(): void {
    const { file, figures } = this;
    figures.set('usedBytes', file.usedBytes);
    figures.set('damagedRecords', file.damagedRecords);
    // Counted on from the thread before this one, if there was one.
    figures.add('syncs', file.syncs - this.syncsShown);
    this.syncsShown = file.syncs;
    let unclaimed = 0;
    for (const [stream, backlog] of file.backlogs) {
      const at = this.data.streams.indexOf(stream);
      if (at >= 0) figures.setBacklog(at, backlog);
      else unclaimed += backlog.records;
    }
    figures.set('unclaimedRecords', unclaimed);
  }
}
