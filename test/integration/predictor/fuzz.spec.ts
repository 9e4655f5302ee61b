import { constants, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { proto } from '@adlift/wire';
import { SeededRandom } from '@adlift/training';
import { TestApps } from '../setup/test-apps';
import { predictCall } from './predict-call';
import { callWithBytes, refusal } from './raw-grpc';

const { PredictRequest, PredictResponse, MintTokensRequest, RecordEventsRequest, PredictStreamRequest } = proto.v1;

/** A part of the whole; ADLIFT_FUZZ_MESSAGES=20000 sends it all, in about half a minute. */
const MESSAGES = Number(process.env['ADLIFT_FUZZ_MESSAGES'] ?? 4_000);
const PARALLEL = 16;
const LONGEST_BLOCK_MS = 50;
/** gRPC statuses that a message may be answered with: never UNKNOWN, INTERNAL or a lost connection. */
const ALLOWED = new Set([0, 3, 5, 6, 7, 8, 9, 12, 14, 16]);

const same = (bytes: Buffer): Buffer => bytes;

describe('the predictor under mutated messages', () => {
  const random = new SeededRandom(20_261_123);
  const below = (n: number): number => Math.floor(random.next() * n);
  let apps: TestApps;
  let client: Client;

  beforeAll(async () => {
    apps = await TestApps.start();
    client = new Client(apps.grpcAddress, credentials.createInsecure());
  }, 60_000);
  afterAll(async () => {
    client.close();
    await apps.stop();
  });

  /** Flips, cuts, repeats or replaces a part of the message. */
  function mutated(bytes: Buffer): Buffer {
    const copy = Buffer.from(bytes);
    for (let i = below(4); i >= 0; i--) {
      const at = below(Math.max(1, copy.length));
      switch (below(6)) {
        case 0:
          copy[at] = below(256);
          break;
        case 1:
          copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
          break;
        case 2:
          return copy.subarray(0, at);
        case 3:
          return Buffer.concat([copy, copy.subarray(at)]);
        case 4:
          copy.fill(0xff, at, Math.min(copy.length, at + below(9)));
          break;
        default:
          return Buffer.concat([copy.subarray(0, at), Buffer.from([below(256), below(256)]), copy.subarray(at)]);
      }
    }
    return copy;
  }

  const grpcSeeds: readonly (readonly [string, Buffer])[] = [
    ['Predictor/Predict', Buffer.from(PredictRequest.encode(predictCall({ unitId: 'u' })).finish())],
    ['Predictor/Predict', Buffer.from(PredictRequest.encode(predictCall({ routing: { a: 'b' } })).finish())],
    [
      'Predictor/MintTokens',
      Buffer.from(MintTokensRequest.encode({ predictions: [{ ticket: 'abc', candidates: [{ index: 1 }] }] }).finish()),
    ],
    [
      'Events/RecordEvents',
      Buffer.from(RecordEventsRequest.encode({ events: [{ kind: 3, token: 'abc', timeMs: 1 }] }).finish()),
    ],
  ];

  /** Sends one mutated message over gRPC; resolves with its status, having looked at the scores of an answer. */
  function overGrpc(): Promise<number> {
    const [method, seed] = grpcSeeds[below(grpcSeeds.length)] ?? grpcSeeds[0];
    return new Promise((resolve) => {
      const answered = (error: ServiceError | null, bytes?: Buffer): void => {
        if (bytes !== undefined && method === 'Predictor/Predict') expectFinite(PredictResponse.decode(bytes));
        resolve(error?.code ?? 0);
      };
      client.makeUnaryRequest(
        `/adlift.v1.${method}`,
        same,
        same,
        mutated(seed),
        new Metadata(),
        { deadline: Date.now() + 20_000 },
        answered,
      );
    });
  }

  function expectFinite({ pctr, pcvr, pctrRaw }: proto.v1.PredictResponse): void {
    for (const p of [...pctr, ...pcvr, ...pctrRaw]) if (!(p > 0 && p < 1)) throw new Error(`a score is ${p}`);
  }

  const httpSeeds: readonly (readonly [string, string])[] = [
    [
      '/v1/predict',
      JSON.stringify({
        requestId: 'f',
        adIds: ['a', 'b'],
        features: { ad: [1, 2], site: ['x', null], price: 1e300 },
        bidMicros: [1, 2],
      }),
    ],
    ['/v1/events', JSON.stringify({ events: [{ kind: 'click', token: 'abc' }] })],
    [
      '/v2/models/click-lr/infer',
      JSON.stringify({ inputs: [{ name: 'price', shape: [2], datatype: 'FP32', data: [1, 2] }] }),
    ],
  ];

  async function overHttp(): Promise<number> {
    const [path, seed] = httpSeeds[below(httpSeeds.length)] ?? httpSeeds[0];
    const answer = await fetch(apps.predictorUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: mutated(Buffer.from(seed)),
    });
    const text = await answer.text();
    if (answer.status === 200 && path === '/v1/predict') {
      const { pctr } = JSON.parse(text) as { pctr: number[] };
      for (const p of pctr) if (!(p > 0 && p < 1)) throw new Error(`a score is ${p}`);
    }
    return answer.status;
  }

  it(`answers all ${MESSAGES} with a documented status, blocks for no more than ${LONGEST_BLOCK_MS} ms and does not grow`, async () => {
    const seen = new Map<string, number>();
    const send = async (): Promise<void> => {
      const http = random.next() < 0.4;
      const status = http ? await overHttp() : await overGrpc();
      const key = `${http ? 'HTTP' : 'gRPC'} ${status}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    };
    const inLanes = async (messages: number): Promise<void> => {
      let left = messages;
      const lane = async (): Promise<void> => {
        while (left-- > 0) await send();
      };
      await Promise.all(Array.from({ length: PARALLEL }, lane));
    };
    // What is compiled, pooled and cached on the way is there after the first part.
    await inLanes(MESSAGES / 4);
    const before = heapAfterCollection();
    const turns = new LongestTurn();
    await inLanes((MESSAGES * 3) / 4);
    turns.stop();
    const grown = heapAfterCollection() - before;
    for (const key of seen.keys()) {
      const [kind, status] = key.split(' ');
      if (kind === 'gRPC') expect([key, ALLOWED.has(Number(status))]).toEqual([key, true]);
      else expect([key, Number(status) < 500 || Number(status) === 503]).toEqual([key, true]);
    }
    expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBe(MESSAGES);
    expect(seen.get('gRPC 3')).toBeGreaterThan(MESSAGES / 10);
    expect(seen.get('HTTP 400')).toBeGreaterThan(MESSAGES / 10);
    expect(grown).toBeLessThan(32 * 1024 * 1024);
    expect(turns.longestMs).toBeLessThan(LONGEST_BLOCK_MS);
    const answer = await apps.ordinary.predict(predictCall({ requestId: 'after the storm' }));
    expect(answer).toMatchObject({ fallback: false, model: 'click-lr' });
  }, 300_000);

  /** The field `tag` of the message, as often as 4 MB hold it (1 MB for events); the bytes are its length and content. */
  const repeated = (tag: number, field: readonly number[], bytes = 4 << 20): Buffer => {
    const one = Buffer.from([(tag << 3) | 2, ...field]);
    return Buffer.alloc(Math.floor(bytes / one.length) * one.length, one);
  };
  it.each<[string, string, Buffer]>([
    ['ads', 'Predictor/Predict', repeated(6, [1, 97])],
    ['columns', 'Predictor/Predict', repeated(7, [2, 10, 0])],
    ['routing keys', 'Predictor/Predict', repeated(4, [6, 10, 1, 97, 18, 1, 98])],
    ['predictions to mint tokens for', 'Predictor/MintTokens', repeated(1, [0])],
    ['past predictions', 'Predictor/MintTokens', repeated(1, [6, 18, 0, 18, 0, 18, 0])],
    ['candidates to mint tokens for', 'Predictor/MintTokens', repeated(1, [6, 26, 0, 26, 0, 26, 0])],
    ['events', 'Events/RecordEvents', repeated(1, [0], 1 << 20)],
  ])('refuses millions of %s in one message without blocking', async (_what, method, message) => {
    const turns = new LongestTurn();
    const said = await refusal(callWithBytes(apps.grpcAddress, `/adlift.v1.${method}`, message));
    turns.stop();
    expect([status.INVALID_ARGUMENT, status.RESOURCE_EXHAUSTED]).toContain(said.code);
    expect(turns.longestMs).toBeLessThan(LONGEST_BLOCK_MS);
  });

  it('answers mutated messages of a stream in-band, and the stream goes on', async () => {
    const stream = client.makeBidiStreamRequest('/adlift.v1.Predictor/PredictStream', same, same);
    const seed = Buffer.from(PredictStreamRequest.encode({ request: predictCall(), timeoutUs: 500_000 }).finish());
    const messages = Math.ceil(MESSAGES / 20);
    let answers = 0;
    const done = new Promise<void>((resolve, reject) => {
      stream.on('error', reject);
      stream.on('data', () => {
        if (++answers === messages) resolve();
      });
    });
    for (let i = 0; i < messages; i++) stream.write(mutated(seed));
    await done;
    stream.end();
    expect(answers).toBe(messages);
  }, 60_000);
});

/** Bytes in use after a full collection where the process allows one. */
function heapAfterCollection(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * The longest turn of the event loop, in CPU time of its thread: what other processes take of it does not count. Nor do
 * full collections, whose length is that of all that lives in this process, the test runner and both apps included.
 */
class LongestTurn {
  longestMs = 0;
  /** Turns that are too long unless a collection was in them. */
  private readonly long: { from: number; to: number; cpuMs: number }[] = [];
  private readonly collections: PerformanceEntry[] = [];
  private readonly observer = new PerformanceObserver((list) => this.collected(list.getEntries()));
  private began = performance.now();
  private last = process.threadCpuUsage();
  private turn: NodeJS.Immediate;

  constructor() {
    this.observer.observe({ entryTypes: ['gc'] });
    this.turn = setImmediate(() => this.ended());
  }

  stop(): void {
    clearImmediate(this.turn);
    this.collected(this.observer.takeRecords());
    this.observer.disconnect();
    for (const { from, to, cpuMs } of this.long) {
      const inside = this.collections.filter(({ startTime }) => startTime >= from && startTime <= to);
      this.longestMs = Math.max(this.longestMs, cpuMs - inside.reduce((sum, { duration }) => sum + duration, 0));
    }
  }

  private collected(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      const { detail } = entry as PerformanceEntry & { detail?: { kind?: unknown } };
      if (detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR) this.collections.push(entry);
    }
  }

  private ended(): void {
    const { user, system } = process.threadCpuUsage();
    const cpuMs = (user - this.last.user + system - this.last.system) / 1000;
    const now = performance.now();
    if (cpuMs >= LONGEST_BLOCK_MS) this.long.push({ from: this.began, to: now, cpuMs });
    else this.longestMs = Math.max(this.longestMs, cpuMs);
    this.last = { user, system };
    this.began = now;
    this.turn = setImmediate(() => this.ended());
  }
}
