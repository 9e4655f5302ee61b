import { Client, credentials, status, type ClientDuplexStream } from '@grpc/grpc-js';
import { proto } from '@adlift/wire';
import { TestApps } from '../setup/test-apps';
import { predictCall } from './predict-call';

const { PredictRequest, PredictStreamRequest, PredictStreamResponse } = proto.v1;
type Answer = proto.v1.PredictStreamResponse;

const same = (bytes: Buffer): Buffer => bytes;

describe('PredictStream', () => {
  let apps: TestApps;
  let client: Client;
  let stream: ClientDuplexStream<Buffer, Buffer>;
  const waiting = new Map<string, (answer: Answer) => void>();

  beforeAll(async () => {
    apps = await TestApps.start();
    client = new Client(apps.grpcAddress, credentials.createInsecure());
    stream = client.makeBidiStreamRequest('/adlift.v1.Predictor/PredictStream', same, same);
    stream.on('data', (bytes: Buffer) => {
      const answer = PredictStreamResponse.decode(bytes);
      waiting.get(answer.requestId)?.(answer);
    });
  }, 60_000);

  afterAll(async () => {
    const ended = new Promise((resolve) => stream.once('status', resolve));
    stream.end();
    expect(await ended).toMatchObject({ code: status.OK });
    client.close();
    await apps.stop();
  });

  function send(message: proto.v1.IPredictStreamRequest | Buffer, requestId: string): Promise<Answer> {
    const answered = new Promise<Answer>((resolve) => waiting.set(requestId, resolve));
    stream.write(Buffer.isBuffer(message) ? message : Buffer.from(PredictStreamRequest.encode(message).finish()));
    return answered;
  }

  function call(changes: Parameters<typeof predictCall>[0] = {}): proto.v1.IPredictRequest & { requestId: string } {
    return predictCall(changes) as proto.v1.IPredictRequest & { requestId: string };
  }

  it('answers as Predict does, with the trace that each message names', async () => {
    const request = call();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { answer } = await send({ request, traceparent }, request.requestId);
    expect(answer?.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    const unary = await apps.ordinary.predict({ ...request, requestId: `${request.requestId}-again` });
    expect(answer?.pctr).toEqual(unary.pctr);
    expect(answer?.bundleDigest).toBe(unary.bundleDigest);
    expect(answer?.tokens).toHaveLength(3);
  });

  it('answers many messages at a time, each under its own id', async () => {
    const requests = Array.from({ length: 300 }, (_, i) => call({ adId: ['ad-1', 'ad-2', `ad-${100 + i}`] }));
    const answers = await Promise.all(requests.map((request) => send({ request }, request.requestId)));
    answers.forEach((one, i) => expect(one.answer?.requestId).toBe(requests[i]?.requestId));
  });

  it('keeps the timeout of each message', async () => {
    const [late, patient] = [call(), call()];
    const answers = [
      send({ request: late, timeoutUs: 1 }, late.requestId),
      send({ request: patient, timeoutUs: 10_000_000 }, patient.requestId),
    ];
    const [{ error }, { answer }] = (await Promise.all(answers)) as [Answer, Answer];
    expect([error?.code, answer?.fallback]).toEqual([status.DEADLINE_EXCEEDED, false]);
    expect((await send({ request: late, timeoutUs: 10_000_000 }, late.requestId)).answer?.fallback).toBe(false);
  });

  it('answers what is malformed in-band and goes on', async () => {
    const bad = call({ n: 0 });
    const { error } = await send({ request: bad }, bad.requestId);
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, field: 'n' });
    const cut = Buffer.from(PredictRequest.encode(call({ requestId: 'cut-short' })).finish()).subarray(0, 40);
    const wrapped = await send({ request: undefined }, '');
    expect(wrapped.error?.code).toBe(status.INVALID_ARGUMENT);
    const torn = Buffer.concat([Buffer.from([0x0a, cut.length]), cut]);
    expect((await send(torn, 'cut-short')).error).toMatchObject({ code: status.INVALID_ARGUMENT, field: '(message)' });
    expect((await send(Buffer.from([0x0a, 0x7f]), '')).error?.code).toBe(status.INVALID_ARGUMENT);
    const good = call();
    expect((await send({ request: good }, good.requestId)).answer?.requestId).toBe(good.requestId);
  });

  it('refuses a message of more than 4 MB in-band, and repeats no megabyte that came as an id', async () => {
    const large = call({ adId: ['x'.repeat(5 << 20), 'b', 'c'] });
    const { error } = await send({ request: large }, large.requestId);
    expect(error).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      message: expect.stringMatching(/4194304/) as string,
    });
    const named = await send({ request: call({ requestId: 'x'.repeat(1 << 20) }) }, '');
    expect(named).toMatchObject({ requestId: '', error: { code: status.INVALID_ARGUMENT, field: 'request_id' } });
  });

  it('gives a repeated request the answer it had, and refuses another body under the same id', async () => {
    const request = call();
    const [first, again] = await Promise.all([send({ request }, request.requestId), apps.ordinary.predict(request)]);
    expect(again.predictionId).toBe(first.answer?.predictionId);
    expect(again.tokens).toEqual(first.answer?.tokens);
    const other = { ...request, placement: 'elsewhere' };
    expect((await send({ request: other }, request.requestId)).error?.code).toBe(status.ALREADY_EXISTS);
    await expect(apps.ordinary.predict(other)).rejects.toMatchObject({ code: status.ALREADY_EXISTS });
  });
});
