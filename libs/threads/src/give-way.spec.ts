import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { engineGivesWay, startedGivingWay } from './give-way';
import { threadEntry } from './thread-entry';

const linux = process.platform === 'linux';
const CAP_SYS_NICE = 23;

function hasCapability(number: number): boolean {
  const line = readFileSync('/proc/self/status', 'utf8')
    .split('\n')
    .find((text) => text.startsWith('CapEff:'));
  return (BigInt(`0x${line?.split('\t')[1] ?? '0'}`) >> BigInt(number)) % 2n === 1n;
}

describe('giving way', () => {
  it('lowers the threads of the engine and no other', () => {
    const tasks = linux ? readdirSync('/proc/self/task') : [];
    // Other suites of this process may have left threads that give way.
    const before = new Map(tasks.map((task) => [task, getPriority(Number(task))]));
    const found = engineGivesWay();
    if (!linux) return expect(found).toBe(0);
    const engine = tasks.filter((task) => readFileSync(`/proc/self/task/${task}/comm`, 'utf8').trim() === 'V8Worker');
    expect(found).toBe(engine.length);
    expect(found).toBeGreaterThan(0);
    for (const task of tasks) expect(getPriority(Number(task))).toBe(engine.includes(task) ? 10 : before.get(task));
  });

  it('lowers a thread from its start until it comes forward, and one that asks for it for good', async () => {
    const before = getPriority();
    const { filename, execArgv } = threadEntry(__dirname, 'give-way.fixture');
    const worker = startedGivingWay((niceness) => new Worker(filename, { execArgv, workerData: niceness }));
    expect(getPriority()).toBe(before);
    const { born, ...answer } = await new Promise<{ born: number }>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    const forGood = linux ? { done: 1, priority: 10 } : { done: 0, priority: before };
    expect(answer).toEqual({ forward: before, ...forGood });
    // An ordinary user may not be let back, and does not give way for a while then.
    expect([before, 10]).toContain(born);
    if (linux && hasCapability(CAP_SYS_NICE)) expect(born).toBe(10);
  });
});
