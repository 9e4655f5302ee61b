import type { EventOutcome } from '@adlift/ledger';
import { DomainError } from '@adlift/problem';
import type { EventObservers } from '../events/event-observers';
import type { EventsService } from '../events/events.service';
import { EdgeRecorder } from './edge-recorder';
import type { EdgeMetrics } from './edge-metrics';
import { browserReport } from './edge-report';

const CLICK = browserReport('click', 'token', new Map());

/** A recorder over a store that answers when the test says so. */
class Scene {
  readonly lost: string[] = [];
  readonly late: string[] = [];
  private readonly waiting: PromiseWithResolvers<EventOutcome[]>[] = [];
  readonly recorder = new EdgeRecorder(
    {
      record: () => {
        const asked = Promise.withResolvers<EventOutcome[]>();
        this.waiting.push(asked);
        return asked.promise;
      },
    } as unknown as EventsService,
    { recorded: () => undefined } as unknown as EventObservers,
    {
      lost: (kind: string) => this.lost.push(kind),
      late: (kind: string) => this.late.push(kind),
    } as unknown as EdgeMetrics,
  );

  store(outcome: EventOutcome): void {
    this.waiting.shift()?.resolve([outcome]);
  }

  fail(error: Error): void {
    this.waiting.shift()?.reject(error);
  }
}

describe('recording for browsers', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('tells the outcome of an event that is durable soon', async () => {
    const scene = new Scene();
    const answer = scene.recorder.record(CLICK);
    scene.store({ status: 'accepted', reason: '' });
    expect(await answer).toEqual({ status: 'accepted', reason: '' });
    expect([scene.late, scene.lost]).toEqual([[], []]);
  });

  it('lets nobody wait longer than 250 ms, and counts what is lost after that', async () => {
    const scene = new Scene();
    const answer = scene.recorder.record(CLICK);
    await jest.advanceTimersByTimeAsync(249);
    expect(scene.late).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(await answer).toMatchObject({ status: 'late' });
    expect([scene.late, scene.lost]).toEqual([['click'], []]);
    scene.fail(new DomainError('unavailable', 'full'));
    await scene.recorder.drain();
    expect(scene.lost).toEqual(['click']);
  });

  it('says that an event is lost when nothing can be kept', async () => {
    const scene = new Scene();
    const answer = scene.recorder.record(CLICK);
    scene.fail(new DomainError('unavailable', 'the store is full'));
    expect(await answer).toEqual({ status: 'lost', reason: 'unavailable' });
    expect(scene.lost).toEqual(['click']);
  });

  it('keeps at most 20,000 events waiting', async () => {
    const scene = new Scene();
    for (let i = 0; i < 20_000; i++) void scene.recorder.record(CLICK);
    expect(await scene.recorder.record(CLICK)).toEqual({ status: 'lost', reason: 'overloaded' });
    scene.store({ status: 'accepted', reason: '' });
    await jest.advanceTimersByTimeAsync(0);
    const answer = scene.recorder.record(CLICK);
    await jest.advanceTimersByTimeAsync(250);
    expect(await answer).toMatchObject({ status: 'late' });
  });

  it('does not end before events under way are known, nor wait for ever', async () => {
    const scene = new Scene();
    void scene.recorder.record(CLICK);
    let drained = false;
    void scene.recorder.drain().then(() => (drained = true));
    await jest.advanceTimersByTimeAsync(1999);
    expect(drained).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(drained).toBe(true);
  });
});
