import { ScoreMemory } from './score-memory';

describe('ScoreMemory', () => {
  it('recalls what a model said of the ads it has seen, and leaves the others alone', () => {
    const memory = new ScoreMemory();
    memory.remember('m@1', ['a', 'b'], Float32Array.of(0.5, 0.25));
    const scores = Float32Array.of(0.01, 0.01, 0.01);
    expect(memory.recall('m@1', ['a', 'new', 'b'], scores)).toBe(2);
    expect([...scores]).toEqual([0.5, Math.fround(0.01), 0.25]);
    expect(memory.recall('m@2', ['a'], scores)).toBe(0);
  });

  it('moves towards what is said later', () => {
    const memory = new ScoreMemory();
    // One in eight answers is taken in.
    for (let i = 0; i < 80; i++) memory.remember('m@1', ['a'], Float32Array.of(i < 8 ? 0.1 : 0.9));
    const scores = new Float32Array(1);
    memory.recall('m@1', ['a'], scores);
    expect(scores[0]).toBeGreaterThan(0.7);
    expect(scores[0]).toBeLessThan(0.9);
  });

  it('forgets models that are not served any more', () => {
    const memory = new ScoreMemory();
    memory.remember('m@1', ['a'], Float32Array.of(0.5));
    memory.keepOnly(new Set());
    expect(memory.recall('m@1', ['a'], new Float32Array(1))).toBe(0);
  });
});
