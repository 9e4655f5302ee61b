import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Crash, CrashingDisk } from './crashing-disk.fixture';
import { giveUp } from './open-journal';
import type { Damage, NewBatch } from './spool-batch';
import { SpoolFile } from './spool-file';
import { ALL, batch, MIB, seeded } from './spool-file.fixture';

const STREAMS = ['events', 'rows', 'log', 'other'];
const CAPS = [8, 12, 16].map((mib) => mib * MIB);
const FRESH_BYTES = [0, 100_000, 16 * MIB];
const STEPS = 400;

/** A batch that was acknowledged; one that is being removed may come back until the next sync. */
interface Kept {
  readonly number: number;
  id: number | undefined;
  state: 'live' | 'removing' | 'gone';
}

/**
 * Drives a spool's file at random and knows what has to be in it. Everything that is not as it has to be throws, with
 * the last steps in its message.
 */
export class CrashModel {
  crashes = 0;
  refusals = 0;
  private readonly folder = mkdtempSync(join(tmpdir(), 'adlift-crashes-'));
  private readonly random: (below: number) => number;
  private readonly disk: CrashingDisk;
  private readonly kept = new Map<string, Kept[]>();
  /** Where the reader of each stream is. */
  private readonly after = new Map<string, number>();
  private readonly batchOfId = new Map<number, number>();
  private readonly steps: string[] = [];
  private damages: Damage[] = [];
  private underWay: readonly NewBatch[] = [];
  private path = '';
  private cap = CAPS[0];
  private number = 0;
  private round = 0;
  private isRecovering = false;

  constructor(
    seed: number,
    sectorBytes: number,
    private readonly largeOneIn: number,
  ) {
    this.random = seeded(seed);
    this.disk = new CrashingDisk(sectorBytes, this.random, () => this.synced());
  }

  /** Plays rounds with a new file each until there were so many crashes. */
  run(crashes: number): void {
    this.disk.install();
    try {
      while (this.crashes < crashes) this.playRound();
    } finally {
      this.disk.remove();
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  private playRound(): void {
    this.path = join(this.folder, `${++this.round}`, 'spool');
    this.cap = this.oneOf(CAPS);
    this.damages = [];
    this.batchOfId.clear();
    for (const stream of STREAMS) {
      this.kept.set(stream, []);
      this.after.set(stream, 0);
    }
    let file = this.open();
    for (let step = 0; step < STEPS; step++) {
      if (this.random(12) === 0) {
        this.disk.fuse = this.random(this.oneOf([8, 30, 30]));
        this.disk.kind = this.oneOf(['kill', 'power']);
      }
      if (this.random(15) === 0) {
        this.disk.room = this.random(2) === 0 ? Infinity : statSync(this.path).size + this.random(600_000);
      }
      try {
        file = this.step(file);
        if (this.disk.fuse < Infinity) throw new Crash();
      } catch (error) {
        if (!(error instanceof Crash)) throw this.failed(String((error as Error).stack));
        file = this.recover(file);
      }
      this.must(statSync(this.path).size <= Math.max(...CAPS), 'the file outgrew its cap');
      for (const stream of STREAMS) this.mustCount(file, stream);
    }
    file.close();
    rmSync(join(this.folder, `${this.round}`), { recursive: true });
  }

  private step(file: SpoolFile): SpoolFile {
    const step = this.random(10);
    if (step < 5) this.append(file);
    else if (step < 8) this.readAndRemove(file);
    else if (step === 8) file.tidy();
    else if (this.random(6) === 0) return this.reopen(file);
    return file;
  }

  private append(file: SpoolFile): void {
    const count = 1 + this.random(this.random(3) === 0 ? 6 : 2);
    const group = Array.from({ length: count }, () => {
      const bytes = this.random(this.largeOneIn) === 0 ? this.random(110_000) : this.random(3000);
      return batch(this.oneOf(STREAMS), 1 + this.random(8), bytes, ++this.number);
    });
    this.underWay = group;
    this.steps.push(`append ${group.map(({ stream, arrivedMs }) => `${stream} ${arrivedMs}`).join()}`);
    if (!file.append(group)) this.refusals++;
    else {
      for (const { stream, arrivedMs } of group) {
        this.of(stream).push({ number: arrivedMs, id: undefined, state: 'live' });
      }
    }
    this.underWay = [];
  }

  private readAndRemove(file: SpoolFile): void {
    const stream = this.oneOf(STREAMS);
    const goesOn = this.random(2) === 0;
    const after = goesOn ? (this.after.get(stream) ?? 0) : 0;
    const bytes = this.random(2) === 0 ? Infinity : 200_000;
    const given = file.read(stream, { records: 1 + this.random(60), bytes, after });
    this.steps.push(`read ${stream} after ${after}: ${given.map(({ arrivedMs }) => arrivedMs).join()}`);
    const live = this.of(stream).filter(({ state, id }) => state === 'live' && (id === undefined || id > after));
    this.must(given.length > 0 || live.length === 0, `nothing given of ${live.length}`);
    given.forEach(({ arrivedMs, id }, at) => {
      this.must(live[at]?.number === arrivedMs, `expected ${live[at]?.number}, given ${arrivedMs}`);
      live[at].id = id;
      this.note(id, arrivedMs);
    });
    this.after.set(stream, given.at(-1)?.id ?? after);
    let ids = given.map(({ id }) => id);
    if (this.random(3) === 0) ids = ids.filter(() => this.random(2) === 0);
    if (this.random(4) === 0) ids = [];
    this.removeAll(file, stream, ids);
  }

  /** Also of what is gone: a consumer may be late. */
  private removeAll(file: SpoolFile, stream: string, ids: readonly number[]): void {
    const late = this.random(8) === 0 ? this.of(stream).filter(({ state }) => state === 'gone') : [];
    for (const one of this.of(stream)) {
      if (one.id !== undefined && one.state === 'live' && ids.includes(one.id)) one.state = 'removing';
    }
    this.steps.push(`remove ${ids.join()}, ${late.length} late`);
    file.remove([...ids, ...late.map(({ id }) => id ?? 0)]);
  }

  private reopen(file: SpoolFile): SpoolFile {
    this.steps.push('reopen');
    file.close();
    const { fuse } = this.disk;
    if (this.random(4) === 0) this.cap = this.oneOf(CAPS);
    const opened = this.open();
    this.disk.fuse = fuse;
    for (const stream of STREAMS) if (this.random(2) === 0) this.after.set(stream, 0);
    return opened;
  }

  /** The next process must find all that was acknowledged, and nothing that was not even begun. */
  private recover(dead: SpoolFile): SpoolFile {
    const { kind } = this.disk;
    this.crashes++;
    this.steps.push(`crash: ${kind}`);
    // As the operating system does with what a dead process had open.
    giveUp(dead.journal);
    if (kind === 'power') this.disk.losePower(this.path);
    const file = this.openAfterCrash();
    this.must(file.damagedRecords === 0 && this.damages.length === 0, `damage told: ${JSON.stringify(this.damages)}`);
    for (const stream of STREAMS) {
      const given = file.read(stream, ALL);
      const numbers = given.map(({ arrivedMs }) => arrivedMs);
      for (const { number, state } of this.of(stream)) {
        this.must(state !== 'live' || numbers.includes(number), `${stream} ${number} is lost`);
        this.must(state !== 'gone' || !numbers.includes(number), `${stream} ${number} is given again`);
      }
      given.forEach(({ arrivedMs, id }, at) => {
        const known = this.of(stream).find(({ number }) => number === arrivedMs);
        const begun = this.underWay.some((one) => one.stream === stream && one.arrivedMs === arrivedMs);
        this.must(known !== undefined || begun, `${stream} ${arrivedMs} was never kept`);
        this.must(known?.id === undefined || known.id === id, `${stream} ${arrivedMs} has another id`);
        this.must(at === 0 || numbers[at - 1] < arrivedMs, `${stream} is out of order: ${numbers.join()}`);
        this.note(id, arrivedMs);
      });
      this.kept.set(
        stream,
        given.map(({ arrivedMs, id }) => ({ number: arrivedMs, id, state: 'live' })),
      );
      this.after.set(stream, 0);
    }
    this.underWay = [];
    return file;
  }

  /** The process that finds what the crash has left may crash as well. */
  private openAfterCrash(): SpoolFile {
    const { kind } = this.disk;
    this.isRecovering = true;
    for (;;) {
      try {
        const file = this.open(this.random(4) === 0 ? this.random(6) : Infinity);
        this.disk.fuse = Infinity;
        this.isRecovering = false;
        return file;
      } catch (error) {
        if (!(error instanceof Crash)) throw this.failed(String((error as Error).stack));
        this.steps.push(`crash while it was opened: ${kind}`);
        if (kind === 'power') this.disk.losePower(this.path);
      }
    }
  }

  private open(fuse = Infinity): SpoolFile {
    this.disk.restart();
    this.disk.fuse = fuse;
    return SpoolFile.open(this.path, {
      maxBytes: this.cap,
      freshBytes: this.oneOf(FRESH_BYTES),
      onDamage: (damage) => this.damages.push(damage),
    });
  }

  /** What was removed is known for good; of what the dead process had removed only the disk can tell. */
  private synced(): void {
    if (this.isRecovering) return;
    for (const kept of this.kept.values()) for (const one of kept) if (one.state === 'removing') one.state = 'gone';
  }

  private mustCount(file: SpoolFile, stream: string): void {
    const some = this.of(stream).some(({ state }) => state === 'live');
    this.must((file.backlogs.get(stream)?.records ?? 0) > 0 === some, `the backlog of ${stream} is miscounted`);
  }

  private note(id: number, number: number): void {
    this.must((this.batchOfId.get(id) ?? number) === number, `id ${id} is used twice`);
    this.batchOfId.set(id, number);
  }

  private of(stream: string): Kept[] {
    return this.kept.get(stream) ?? [];
  }

  private oneOf<T>(some: readonly T[]): T {
    return some[this.random(some.length)];
  }

  private must(holds: boolean, otherwise: string): void {
    if (!holds) throw this.failed(otherwise);
  }

  private failed(why: string): Error {
    return new Error(`round ${this.round}: ${why}\n  ${this.steps.slice(-14).join('\n  ')}`);
  }
}
