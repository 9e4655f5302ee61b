import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { writeBundleFolder } from './bundle-folder';
import { allocateRound, type RoundMemory } from './input-rows';
import { bundleModel } from './model-bundle.fixture';
import type { ModelShape } from './model-shape';
import { ThreadLink, type ThreadListener } from './thread-link';
import type { ThreadAnswer } from './worker-protocol';

const root = mkdtempSync(join(tmpdir(), 'adlift-link-'));
const { bundle } = bundleModel('fm', 1);
const folder = writeBundleFolder(root, bundle);
const ROWS = 64;

afterAll(() => rmSync(root, { recursive: true }));

/** A thread, what it has answered and what it died of. */
class Thread implements ThreadListener {
  readonly answers: ThreadAnswer[] = [];
  readonly deaths: string[] = [];
  readonly link = new ThreadLink(this);
  private readonly news = new EventTarget();

  answered(answer: ThreadAnswer): void {
    this.answers.push(answer);
    this.news.dispatchEvent(new Event('answer'));
  }

  died(reason: Error): void {
    this.deaths.push(reason.message);
  }

  load(): void {
    this.link.tell({ type: 'load', digest: bundle.digest, folder });
  }

  async answer(): Promise<ThreadAnswer> {
    await once(this.news, 'answer');
    return this.answers[this.answers.length - 1];
  }

  async loaded(): Promise<ModelShape> {
    this.load();
    const answer = await this.answer();
    if (typeof answer !== 'object' || answer.type !== 'loaded') throw new Error('not loaded');
    return answer.shape;
  }
}

async function loadedThread(): Promise<{ thread: Thread; shape: ModelShape; memory: RoundMemory }> {
  const thread = new Thread();
  const shape = await thread.loaded();
  return { thread, shape, memory: allocateRound(shape, ROWS) };
}

/** How many rows have a score. */
function scored(memory: RoundMemory): number {
  return new Float32Array(memory.probability).filter((p) => p > 0 && p < 1).length;
}

describe('ThreadLink', () => {
  it('answers each of many runs once, with as many rows as it was told, in the round it was told', async () => {
    const { thread, shape, memory } = await loadedThread();
    const both = [memory, allocateRound(shape, ROWS)];
    for (let rows = 1; rows <= ROWS; rows++) {
      const round = rows % 2;
      thread.link.tell({ type: 'run', round, rows, memory: rows <= 2 ? both[round] : undefined });
      expect(await thread.answer()).toBeGreaterThan(0);
      expect(scored(both[round])).toBe(rows);
      expect(scored(both[1 - round])).toBe(rows - 1);
    }
    expect(thread.answers).toHaveLength(1 + ROWS);
    await thread.link.end('the test is over');
  });

  it('lives on after a run that fails', async () => {
    const { thread, memory } = await loadedThread();
    thread.link.tell({ type: 'run', round: 0, rows: 3 });
    expect(await thread.answer()).toMatchObject({ type: 'fault' });
    thread.link.tell({ type: 'run', round: 0, rows: 3, memory });
    expect(await thread.answer()).toBeGreaterThan(0);
    await thread.link.end('the test is over');
    expect(thread.deaths).toEqual(['the test is over']);
  });

  it('ends before it has started and while it loads', async () => {
    for (const turns of [0, 1, 100, 1000]) {
      const thread = new Thread();
      thread.load();
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      const answers = thread.answers.length;
      await thread.link.end('early');
      expect(thread.deaths).toEqual(['early']);
      expect(thread.answers).toHaveLength(answers);
    }
  });

  it.each([
    ['it sleeps', () => undefined],
    ['it was told of a run', ({ link }: Thread) => link.tell({ type: 'run', round: 0, rows: ROWS })],
    [
      'it was told of new memory',
      ({ link }: Thread, memory: RoundMemory) => link.tell({ type: 'run', round: 1, rows: ROWS, memory }),
    ],
    ['a run has failed', ({ link }: Thread) => link.tell({ type: 'run', round: 1, rows: ROWS })],
  ])('ends when %s, however soon after', async (_, tell) => {
    for (const turns of [0, 1, 3, 50]) {
      const { thread, memory } = await loadedThread();
      thread.link.tell({ type: 'run', round: 0, rows: 1, memory });
      await thread.answer();
      tell(thread, memory);
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      const answers = thread.answers.length;
      await Promise.all([thread.link.end('over'), thread.link.end('again')]);
      expect(thread.deaths).toEqual(['over']);
      expect(thread.answers).toHaveLength(answers);
    }
  });
});
