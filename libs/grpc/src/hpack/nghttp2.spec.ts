import { connect, type ClientHttp2Session, type IncomingHttpHeaders, type OutgoingHttpHeaders, type SecureClientSessionOptions } from 'node:http2';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import type { HeaderField } from './decoded-headers';
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
