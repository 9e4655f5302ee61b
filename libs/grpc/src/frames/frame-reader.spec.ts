import { writeFrameHeader } from './frame-header';
import { FrameReader } from './frame-reader';
import { ConnectionError } from './http2-error';

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: string;
}

function frame(type: number, flags: number, stream: number, payload: string): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.write(payload, writeFrameHeader(bytes, 0, payload.length, type, flags, stream));
  return bytes;
}

function framesOf(reader: FrameReader, chunk: Buffer): Frame[] {
  const frames: Frame[] = [];
  reader.feed(chunk);
  while (reader.next()) {
    const { type, flags, stream, payload } = reader;
    frames.push({ type, flags, stream, payload: payload.toString() });
  }
  return frames;
}

describe('FrameReader', () => {
  const frames: Frame[] = [
    { type: 4, flags: 0, stream: 0, payload: '' },
    { type: 0, flags: 1, stream: 0x7fffffff, payload: 'some payload' },
    { type: 1, flags: 5, stream: 3, payload: 'x'.repeat(300) },
    { type: 8, flags: 0, stream: 1, payload: '1234' },
  ];
  const bytes = Buffer.concat(frames.map(({ type, flags, stream, payload }) => frame(type, flags, stream, payload)));

  it('reads frames that lie in one chunk without copying them', () => {
    const reader = new FrameReader(1_000);
    expect(framesOf(reader, bytes)).toEqual(frames);
    reader.feed(bytes.subarray(9));
    expect(reader.next()).toBe(true);
    expect(reader.payload.buffer).toBe(bytes.buffer);
  });

  it('reads the same frames wherever the chunks are cut', () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = new FrameReader(1_000);
      const before = framesOf(reader, bytes.subarray(0, cut));
      expect([...before, ...framesOf(reader, bytes.subarray(cut))]).toEqual(frames);
    }
    const reader = new FrameReader(1_000);
    expect([...bytes].flatMap((byte) => framesOf(reader, Buffer.from([byte])))).toEqual(frames);
  });

  it('ignores the reserved bit before the stream', () => {
    const reserved = frame(0, 0, 5, 'a');
    reserved[5] = (reserved[5] ?? 0) | 0x80;
    expect(framesOf(new FrameReader(10), reserved)).toMatchObject([{ stream: 5 }]);
  });

  it('refuses a frame over the limit by its header, in one chunk or in several', () => {
    const large = frame(0, 0, 1, 'x'.repeat(11));
    expect(() => framesOf(new FrameReader(10), large.subarray(0, 9))).toThrow(ConnectionError);
    const reader = new FrameReader(10);
    expect(framesOf(reader, large.subarray(0, 4))).toEqual([]);
    expect(() => framesOf(reader, large.subarray(4, 9))).toThrow(ConnectionError);
  });

  it('holds no memory of a chunk that is read', () => {
    const reader = new FrameReader(1_000);
    framesOf(reader, bytes);
    expect(reader.payload.length).toBe(0);
  });
});
