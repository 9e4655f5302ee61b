import { allocateRound, InputRows, type RoundMemory } from './input-rows';
import type { ModelShape } from './model-shape';
import type { RunFacts, ScoringJob } from './scoring-job';
import type { RunRequest } from './worker-protocol';

const MIN_CAPACITY = 64;

/** Jobs of several requests that run together: their rows lie one after another in memory shared with the thread. */
export class Round {
  rows = 0;
  /** As of performance.now(). */
  startedAt = 0;
  private jobs: (ScoringJob | undefined)[] = [];
  private places: number[] = [];
  private memory: RoundMemory | undefined;
  private inputs: InputRows | undefined;
  private probability: Float32Array = new Float32Array();
  private announced = false;

  constructor(
    private readonly number: number,
    private readonly shape: ModelShape,
  ) {}

  get empty(): boolean {
    return this.jobs.length === 0;
  }

  get jobCount(): number {
    return this.jobs.length;
  }

  /** Encodes the job's rows behind those already here; what its encoder throws is the job's failure, not the round's. */
  add(job: ScoringJob): void {
    const inputs = this.room(this.rows + job.rows);
    try {
      job.encode(inputs, this.rows);
    } catch (error) {
      job.failed(error as Error);
      return;
    }
    this.jobs.push(job);
    this.places.push(this.rows);
    this.rows += job.rows;
  }

  /** The message that runs the round. */
  start(): RunRequest {
    this.startedAt = performance.now();
    const { number: round, rows, memory } = this;
    const texts = this.inputs?.texts(rows);
    // Every member that is sent has to be copied to the thread, so what is not needed is left out.
    const request: RunRequest =
      texts === undefined ? { type: 'run', round, rows } : { type: 'run', round, rows, texts };
    if (this.announced) return request;
    this.announced = true;
    return { ...request, memory };
  }

  /** Empties the round and returns its jobs with the memory that holds their scores until the round runs again. */
  finish(): FinishedRound {
    const finished = new FinishedRound(this.jobs, this.places, this.rows, this.startedAt, this.probability);
    this.jobs = [];
    this.places = [];
    this.rows = 0;
    return finished;
  }

  /** Fails the jobs whose deadline has passed; their rows stay where they are. Returns the earliest deadline left. */
  expire(now: number, fail: (job: ScoringJob) => void): number {
    let earliest = Infinity;
    this.jobs.forEach((job, i) => {
      if (job === undefined) return;
      if (job.deadline > now) earliest = Math.min(earliest, job.deadline);
      else {
        this.jobs[i] = undefined;
        fail(job);
      }
    });
    return earliest;
  }

  /** Grows to the next power of two; what is encoded already moves along. */
  private room(rows: number): InputRows {
    if (this.inputs !== undefined && this.memory !== undefined && rows <= this.memory.capacity) return this.inputs;
    const memory = allocateRound(this.shape, Math.max(MIN_CAPACITY, 2 ** Math.ceil(Math.log2(rows))));
    const inputs = new InputRows(this.shape, memory);
    if (this.inputs !== undefined) inputs.copyFrom(this.inputs, this.rows);
    this.memory = memory;
    this.inputs = inputs;
    this.probability = new Float32Array(memory.probability);
    this.announced = false;
    return inputs;
  }
}

/** The jobs of a round that has run, or that no thread will run any more. */
export class FinishedRound {
  constructor(
    private readonly jobs: readonly (ScoringJob | undefined)[],
    private readonly places: readonly number[],
    private readonly rows: number,
    private readonly startedAt: number,
    private readonly probability: Float32Array,
  ) {}

  /** The jobs that still wait for an answer. */
  get waiting(): ScoringJob[] {
    return this.jobs.filter((job) => job !== undefined);
  }

  /** Gives every job its scores. */
  tell(runMs: number): void {
    const { jobs, places, probability, rows, startedAt } = this;
    const facts: RunFacts = { runMs, rows, startedAt };
    for (let i = 0; i < jobs.length; i++) {
      const job = jobs[i];
      job?.scored(probability.subarray(places[i], places[i] + job.rows), facts);
    }
  }
}
