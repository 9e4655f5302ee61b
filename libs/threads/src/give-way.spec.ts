import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { engineGivesWay } from './give-way';
import { threadEntry } from './thread-entry';

const linux = process.platform === 'linux';

describe('giving way', () => {
  it('lowers the threads of the engine and no other', () => {
    const before = getPriority();
    const found = engineGivesWay();
    if (!linux) return expect(found).toBe(0);
    const tasks = readdirSync('/proc/self/task');
    const engine = tasks.filter((task) => readFileSync(`/proc/self/task/${task}/comm`, 'utf8').trim() === 'V8Worker');
    expect(found).toBe(engine.length);
    expect(found).toBeGreaterThan(0);
    for (const task of tasks) expect(getPriority(Number(task))).toBe(engine.includes(task) ? 10 : before);
  });

  it('lowers the thread that asks for it', async () => {
    const before = getPriority();
    const { filename, execArgv } = threadEntry(__dirname, 'give-way.fixture');
    const worker = new Worker(filename, { execArgv });
    const answer = await new Promise<{ done: number; priority: number }>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    expect(answer).toEqual(linux ? { done: 1, priority: 10 } : { done: 0, priority: before });
    expect(getPriority()).toBe(before);
  });
});
