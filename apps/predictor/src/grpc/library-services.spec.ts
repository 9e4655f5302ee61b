import { once } from 'node:events';
import { Client, credentials, status, type Server, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { RpcServer } from '@adlift/grpc';
import { join } from 'node:path';
import { LibraryServices } from './library-services';
import { toStatus } from './to-status';

const PROTO = join(__dirname, '../../../../proto');
const same = (bytes: Buffer): Buffer => bytes;
/** A text as the first field of a message. */
const text = (field: number, value: string): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2, value.length]), Buffer.from(value)]);

describe('services that libraries bring for grpc-js', () => {
  const server = new RpcServer({ toStatus });
  const health = new HealthImplementation({ here: 'SERVING' });
  let client: Client;

  beforeAll(async () => {
    const libraries = new LibraryServices(server) as unknown as Server;
    health.addToServer(libraries);
    new ReflectionService(loadSync('adlift/v1/events.proto', { includeDirs: [PROTO] })).addToServer(libraries);
    client = new Client(`127.0.0.1:${await server.listen(0, '127.0.0.1')}`, credentials.createInsecure());
  });
  afterAll(async () => {
    client.close();
    await server.drain(0);
  });

  const check = (message: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) =>
      client.makeUnaryRequest('/grpc.health.v1.Health/Check', same, same, message, (error, answer) =>
        error === null && answer !== undefined ? resolve(answer) : reject(error ?? new Error('no answer')),
      ),
    );
  const refusal = (call: Promise<unknown>): Promise<ServiceError> =>
    call.then(
      () => {
        throw new Error('it was answered');
      },
      (error: unknown) => error as ServiceError,
    );

  it('answer unary calls, errors included', async () => {
    expect([...(await check(text(1, 'here')))]).toEqual([8, 1]);
    const { code, details } = await refusal(check(text(1, 'elsewhere')));
    expect([code, details]).toEqual([status.NOT_FOUND, 'Health status unknown for service elsewhere']);
  });

  it('refuse what is no message of theirs', async () => {
    expect((await refusal(check(Buffer.from([10, 200])))).code).toBe(status.INVALID_ARGUMENT);
  });

  it('stream answers, until the caller goes', async () => {
    const watch = client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', same, same, text(1, 'here'));
    watch.on('error', () => undefined);
    const [first] = (await once(watch, 'data')) as [Buffer];
    health.setStatus('here', 'NOT_SERVING');
    const [second] = (await once(watch, 'data')) as [Buffer];
    expect([[...first], [...second]]).toEqual([
      [8, 1],
      [8, 2],
    ]);
    watch.cancel();
  });

  it.each(['v1', 'v1alpha'])('tell by reflection %s what there is', async (version) => {
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
    const stream = client.makeBidiStreamRequest(path, same, same);
    stream.write(text(7, '*'));
    const [listed] = (await once(stream, 'data')) as [Buffer];
    expect(listed.toString('latin1')).toContain('adlift.v1.Events');
    stream.write(text(4, 'adlift.v1.Events'));
    const [described] = (await once(stream, 'data')) as [Buffer];
    expect(described.toString('latin1')).toContain('RecordEventsRequest');
    stream.end();
    const [ended] = (await once(stream, 'status')) as [{ code: number }];
    expect(ended.code).toBe(status.OK);
  });
});
