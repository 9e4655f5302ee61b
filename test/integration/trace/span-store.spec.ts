import { spanId, spanOf, TRACE_ID } from '../../../apps/experiments/src/trace/span.fixture';
import { until } from '../setup/until';
import { TraceBench } from './trace-bench';

/** An hour ago, in nanoseconds. */
const NOW = BigInt(Date.now() - 3_600_000) * 1_000_000n;
const of = (...[name, parent, start, end, more]: Parameters<typeof spanOf>): ReturnType<typeof spanOf> =>
  spanOf(name, parent, start, end, more, NOW);

describe('the span store', () => {
  let bench: TraceBench;

  beforeEach(async () => {
    bench = await TraceBench.open();
  });
  afterEach(() => bench.close());

  it('keeps every part of a span, times exact to the nanosecond', async () => {
    const record = of('root', '', 0.001, 12.345, {
      startNs: NOW + 7n,
      kind: 'server',
      status: 'error',
      statusMessage: 'it broke',
      attributes: {
        'adlift.prediction_id': '019a0000-0000-7000-8000-00000000abcd',
        'adlift.experiment': 'price-test',
        'adlift.variant.assigned': 'b',
        list: ['x', 1, true, null],
        odd: 'tab\tnew\nline back\\slash "quote" nul\0',
      },
      links: [{ traceId: 'ff'.repeat(16), spanId: 'ee'.repeat(8), attributes: { n: 1 } }],
      events: [{ timeNs: NOW + 1_000_000_001n, name: 'retry', attributes: { n: 2 } }],
    });
    await bench.store(record);
    const [row] = await bench.rows('SELECT * FROM span');
    expect(row).toMatchObject({
      trace_id: TRACE_ID,
      span_id: spanId('root'),
      parent_span_id: '',
      kind: 'server',
      start_ns: String(NOW + 7n),
      duration_ns: '12344',
      started_at: new Date(Number(NOW / 1_000_000n)),
      status: 'error',
      status_message: 'it broke',
      prediction_id: '019a0000-0000-7000-8000-00000000abcd',
      experiment: 'price-test',
      variant: 'b',
      attributes: { list: ['x', 1, true, null], odd: 'tab\tnew\nline back\\slash "quote" nul\uFFFD' },
      links: [{ traceId: 'ff'.repeat(16), spanId: 'ee'.repeat(8), attributes: { n: 1 } }],
      events: [{ timeNs: String(NOW + 1_000_000_001n), name: 'retry', attributes: { n: 2 } }],
    });
  });

  it('stores a span once, and counts it once, however often it is sent', async () => {
    const spans = [of('root', '', 0, 10), of('child', 'root', 1, 2), of('child', 'root', 1, 2)];
    await bench.store(...spans);
    await bench.store(...spans, of('late', 'root', 3, 30, { status: 'error' }));
    expect(await bench.rows('SELECT name FROM span ORDER BY name')).toEqual([
      { name: 'child' },
      { name: 'late' },
      { name: 'root' },
    ]);
    expect(await bench.rows('SELECT spans, error, end_ns - start_ns AS ns FROM trace')).toEqual([
      { spans: 3, error: true, ns: '30000' },
    ]);
  });

  it('names a trace after its root, whenever that comes, and after the first span until then', async () => {
    const head = (): Promise<object[]> => bench.rows('SELECT head_name AS name, head_service AS service FROM trace');
    await bench.store(of('second', 'gone', 20, 30, { service: 'b' }));
    expect(await head()).toEqual([{ name: 'second', service: 'b' }]);
    await bench.store(of('first', 'gone', 10, 30, { service: 'a' }));
    expect(await head()).toEqual([{ name: 'first', service: 'a' }]);
    await bench.store(of('root', '', 15, 40, { service: 'r' }), of('zero', 'gone', 0, 1));
    expect(await head()).toEqual([{ name: 'root', service: 'r' }]);
  });

  it('makes a partition for each day that spans start on', async () => {
    const midnight = BigInt(Math.floor(Date.now() / 86_400_000) * 86_400_000) * 1_000_000n;
    await bench.store(
      spanOf('before', '', 0, 100, {}, midnight - 50_000n),
      spanOf('after', 'before', 0, 20, {}, midnight + 10_000n),
    );
    const partitions = await bench.rows<{ of: string; name: string }>(
      'SELECT tableoid::regclass::text AS of, name FROM span ORDER BY start_ns',
    );
    expect(partitions.map(({ name }) => name)).toEqual(['before', 'after']);
    expect(new Set(partitions.map(({ of }) => of)).size).toBe(2);
    expect(await bench.rows('SELECT spans FROM trace')).toEqual([{ spans: 2 }]);
  });

  it('loses no neighbour of a span that the database refuses', async () => {
    const outcomes = await bench
      .writer()
      .write([
        of('a', '', 0, 1),
        of('broken', 'a', 5, 2),
        of('absurd', 'a', 0, 1, { startNs: 5n }),
        of('c', 'a', 1, 2),
      ]);
    expect(outcomes).toEqual([true, false, false, true]);
    expect(await bench.rows('SELECT spans FROM trace')).toEqual([{ spans: 2 }]);
  });

  it('lets several writers add to the same traces at the same time', async () => {
    const traces = Array.from({ length: 40 }, (_, i) => i.toString(16).padStart(32, 'a'));
    const writers = Array.from({ length: 3 }, () => bench.writer());
    await Promise.all(
      writers.flatMap((writer, w) =>
        [0, 1, 2, 3].map((round) => {
          const spans = traces.map((traceId) => of(`${w}${round}`, '', w, round + 10, { traceId }));
          return writer.write(w % 2 === 0 ? spans : spans.reverse());
        }),
      ),
    );
    expect(await bench.rows('SELECT count(*)::int AS n, min(spans) AS least, max(spans) AS most FROM trace')).toEqual([
      { n: 40, least: 12, most: 12 },
    ]);
  });

  it('waits in bounded memory while the store is away, counts what found no room, and catches up', async () => {
    const writer = bench.writer(5);
    await bench.store(of('first', '', 0, 1));
    await bench.way.cut();
    writer.accept(Array.from({ length: 8 }, (_, i) => of(`s${i}`, 'first', i, i + 1)));
    await until('the writer to notice', () => writer.unavailable);
    expect([writer.pending, writer.dropped, writer.stored]).toEqual([5, 3, 0]);
    await expect(writer.write([of('x', 'first', 0, 1)])).rejects.toThrow('the store is away');
    await bench.way.mend();
    await until('the spans to be stored', () => writer.pending === 0 && writer.stored === 5);
    expect(await bench.rows('SELECT spans FROM trace')).toEqual([{ spans: 6 }]);
  });

  it('counts what it could not store when it closes', async () => {
    const writer = bench.writer();
    await bench.way.cut();
    writer.accept([of('a', '', 0, 1), of('b', 'a', 0, 1)]);
    await writer.close(100);
    writer.accept([of('c', 'a', 0, 1)]);
    expect([writer.stored, writer.dropped]).toEqual([0, 3]);
    await bench.way.mend();
  });
});
