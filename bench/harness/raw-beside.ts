import type { RawTask } from '../contestants/raw-loop';
import { Contestant } from './contestant';
import { median } from './statistics';
import type { LoopResult } from './timed-loop';

/** Something measured, and the raw loop as it ran around it. */
export interface Beside<T> {
  readonly own: T;
  readonly raw: LoopResult;
}

/**
 * The runtime alone, on the server's processor, right before and right after whatever is measured: the speed of a
 * virtual machine drifts by more than the differences that are looked for.
 */
export class RawBeside {
  /** Of every measurement so far. */
  private readonly measured: LoopResult[] = [];
  private before: LoopResult | undefined;

  private constructor(
    private readonly loop: Contestant<RawTask, LoopResult>,
    private readonly n: number,
  ) {}

  static async start(onnxFile: string, n: number): Promise<RawBeside> {
    const loop = await Contestant.start<RawTask, LoopResult>('raw-loop', [onnxFile]);
    await loop.run({ n, seconds: 1 });
    return new RawBeside(loop, n);
  }

  /** The raw loop runs for `seconds` on each side; one that ended just now serves as the side before. */
  async measure<T>(seconds: number, contestant: () => Promise<T>): Promise<Beside<T>> {
    const before = this.before ?? (await this.loop.run({ n: this.n, seconds }));
    const own = await contestant();
    const after = await this.loop.run({ n: this.n, seconds });
    this.before = after;
    const raw = mean(before, after);
    this.measured.push(raw);
    return { own, raw };
  }

  /** The next measurement does not follow at once. */
  pause(): void {
    this.before = undefined;
  }

  /** What every bench shows of the raw loop. */
  figures(): Readonly<Record<string, number>> {
    return {
      rawCallsPerSecond: median(this.measured.map((one) => one.callsPerSecond)),
      rawCpuUs: median(this.measured.map((one) => one.cpuUs)),
      rawP50Us: median(this.measured.map((one) => one.p50Us)),
      rawP99Us: median(this.measured.map((one) => one.p99Us)),
    };
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }
}

function mean(a: LoopResult, b: LoopResult): LoopResult {
  const of = (field: keyof LoopResult): number => (a[field] + b[field]) / 2;
  return { callsPerSecond: of('callsPerSecond'), cpuUs: of('cpuUs'), p50Us: of('p50Us'), p99Us: of('p99Us') };
}
