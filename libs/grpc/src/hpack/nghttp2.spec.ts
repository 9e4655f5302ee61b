import {
  connect,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import type { DecodedHeaders, HeaderField } from './decoded-headers';
import { HeaderDecoder } from './header-decoder';
import { encodeHeaders, TABLE_SIZE_ZERO } from './header-encoder';

const PREFACE_BYTES = 24;
const FRAME_HEADER_BYTES = 9;
const HEADERS = 1;
const SETTINGS = 4;
const CONTINUATION = 9;
const END_HEADERS = 4;
const END_OF_ALL = 5;
const PRIORITY = 0x20;

const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer => {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
};

/** Hands over each header block that a client sends, whole; says nothing but what HTTP/2 demands. */
function takeBlocks(socket: Socket, take: (stream: number, block: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  let greeted = false;
  const parts: Buffer[] = [];
  socket.write(frame(SETTINGS, 0, 0, Buffer.alloc(0)));
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    if (!greeted && rest.length >= PREFACE_BYTES) {
      greeted = true;
      rest = rest.subarray(PREFACE_BYTES);
    }
    while (greeted && rest.length >= FRAME_HEADER_BYTES) {
      const end = FRAME_HEADER_BYTES + rest.readUIntBE(0, 3);
      if (rest.length < end) return;
      const [type, flags] = [rest.readUInt8(3), rest.readUInt8(4)];
      const payload = rest.subarray(FRAME_HEADER_BYTES + (type === HEADERS && (flags & PRIORITY) !== 0 ? 5 : 0), end);
      if (type === SETTINGS && flags === 0) socket.write(frame(SETTINGS, 1, 0, Buffer.alloc(0)));
      if (type === HEADERS || type === CONTINUATION) {
        parts.push(payload);
        if ((flags & END_HEADERS) !== 0) take(rest.readUInt32BE(5), Buffer.concat(parts.splice(0)));
      }
      rest = rest.subarray(end);
    }
  });
}

describe('header blocks of nghttp2', () => {
  let server: Server;
  let onBlock: (stream: number, block: Buffer, socket: Socket) => void;

  beforeEach(async () => {
    server = createServer((socket) => takeBlocks(socket, (stream, block) => onBlock(stream, block, socket)));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await new Promise((closed) => server.close(closed));
  });

  const clients: ClientHttp2Session[] = [];
  const open = (options: SecureClientSessionOptions = {}): ClientHttp2Session => {
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, options);
    clients.push(client.on('error', () => undefined));
    return client;
  };

  /** Sends requests one after another on one connection and gives what our decoder made of their blocks. */
  async function decoded(requests: readonly OutgoingHttpHeaders[]): Promise<DecodedHeaders[]> {
    const decoder = new HeaderDecoder({ maxTableBytes: 4096, maxListBytes: 65_536 });
    const client = open();
    const all: DecodedHeaders[] = [];
    await new Promise<void>((done) => {
      onBlock = (_stream, block) => {
        if (all.push(decoder.decode(block)) === requests.length) done();
      };
      for (const headers of requests) client.request(headers).on('error', () => undefined);
    });
    client.destroy();
    return all;
  }

  const asSent = (headers: OutgoingHttpHeaders): HeaderField[] =>
    Object.entries(headers)
      .filter(([name]) => !name.startsWith(':'))
      .map(([name, value]) => [name, String(value)]);

  it('are read as they were meant, whatever stands in them and in the table', async () => {
    const name = fc.constantFrom(
      'x-a',
      'x-b',
      'traceparent',
      'user-agent',
      'accept',
      'cookie',
      'authorization',
      'etag',
    );
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'abcdefgh0123456789-:/ .'), maxLength: 40 }),
      fc.string({ unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 60 }),
      fc.constantFrom('', 'trailers', 'a'.repeat(4000)),
    );
    const value = text.map((given) => given.trim().replace(/[\x7f-\xa0]/g, '~'));
    const request = fc.tuple(fc.dictionary(name, value, { maxKeys: 6 }), fc.constantFrom('/a.B/C', '/', '/x?y=1'));
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 30 }), async (list) => {
        const requests = list.map(([fields, path]) => ({ ':method': 'POST', ':path': path, ...fields }));
        for (const [at, headers] of (await decoded(requests)).entries()) {
          expect(headers).toMatchObject({ method: 'POST', scheme: 'http', path: list[at][1], malformed: undefined });
          expect(headers.fields).toEqual(asSent(requests[at]));
        }
      }),
      { seed: 9113, numRuns: 40 },
    );
  });

  it('are read with every character that a value may hold, so the Huffman code is right', async () => {
    const codes = Array.from({ length: 256 }, (_, code) => code).filter((code) => code >= 0x20 && code !== 0x7f);
    const requests = codes.map((code) => ({ ':method': 'POST', 'x-a': `0${String.fromCharCode(code).repeat(3)}0` }));
    const all = await decoded(requests);
    expect(all.map(({ fields }) => fields)).toEqual(requests.map(asSent));
  });

  it('are remembered where a caller repeats itself', async () => {
    const call = { ':method': 'POST', ':path': '/a.B/C', te: 'trailers', 'grpc-timeout': '100m' };
    const all = await decoded(Array.from({ length: 10 }, () => call));
    expect(new Set(all.slice(3)).size).toBe(1);
  });

  it('may be answered with ours', async () => {
    const answer: HeaderField[] = [
      [':status', '200'],
      ['content-type', 'application/grpc'],
      ['x-empty', ''],
      ['x-long', 'l'.repeat(5000)],
      ['grpc-message', 'caf%C3%A9'],
    ];
    const block = encodeHeaders(answer);
    onBlock = (stream, _block, socket) => {
      const first = stream === 1 ? TABLE_SIZE_ZERO : Buffer.alloc(0);
      socket.write(frame(HEADERS, END_OF_ALL, stream, Buffer.concat([first, block])));
    };
    // A client without a table must be told that ours is empty.
    const client = open({ settings: { headerTableSize: 0 } });
    for (let time = 0; time < 3; time++) {
      const request = client.request({ ':method': 'POST', ':path': '/a.B/C' });
      const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
        request.on('response', resolve).on('error', reject);
      });
      expect(answer.map(([name]) => [name, String(headers[name])])).toEqual(answer);
    }
  });
});
