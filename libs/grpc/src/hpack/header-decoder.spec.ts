import fc from 'fast-check';
import type { DecodedHeaders, HeaderField } from './decoded-headers';
import { HeaderDecoder } from './header-decoder';
import { encodeHeaders } from './header-encoder';
import { HpackError } from './hpack-error';
import { decodeHuffman, mostDecoded } from './huffman';

const MOST_TABLE = 4096;
const MOST_LIST = 2048;
const POST: HeaderField[] = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/a.B/C'],
];

const newDecoder = (): HeaderDecoder => new HeaderDecoder({ maxTableBytes: MOST_TABLE, maxListBytes: MOST_LIST });
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const decode = (...fields: HeaderField[]): DecodedHeaders => newDecoder().decode(encodeHeaders(fields));
/** A literal that goes into the table: 0x40, name, value. */
const indexing = (name: string, value: string): Buffer =>
  Buffer.concat([hex('40'), encodeHeaders([[name, value]]).subarray(1)]);

describe('HeaderDecoder', () => {
  it('gives what gRPC needs by name, and all regular fields in their order', () => {
    const fields: HeaderField[] = [
      ['content-type', 'application/grpc'],
      ['te', 'trailers'],
      ['grpc-timeout', '100m'],
      ['x-a', ''],
      ['grpc-encoding', 'gzip'],
      ['grpc-accept-encoding', 'gzip,identity'],
      ['authorization', 'Bearer \xe9'],
      ['authorization', 'Bearer other'],
    ];
    expect(decode([':authority', 'a:1'], ...POST, ...fields)).toEqual({
      ...{ method: 'POST', scheme: 'http', authority: 'a:1', path: '/a.B/C', contentType: 'application/grpc' },
      ...{ te: 'trailers', timeout: '100m', encoding: 'gzip', acceptEncoding: 'gzip,identity' },
      ...{ authorization: 'Bearer \xe9', fields, malformed: undefined, tooLarge: false },
    });
  });

  it.each([
    ['an index of zero', '80'],
    ['an index behind both tables', 'be'],
    ['a name with such an index', '7f00 00'],
    ['a block that ends in an index', 'ff'],
    ['a block that ends in the length of a name', '407f'],
    ['a block that ends in a name', '4003 6161'],
    ['a block that ends before a value', '4001 61'],
    ['a block that ends in a value', '4001 6102 61'],
    ['an integer of too many bytes', '8f ff80 8080 8080 00'],
    ['an index far too large', 'ff ffff ffff ff7f'],
    ['a length far too large', '007f ffff ff7f'],
    ['a table larger than we allow', '3fe2 1f'],
    ['a table changed after a field', '8220'],
    ['the end-of-string symbol', '0001 6184 ffff ffff'],
    ['that symbol between others', '0001 6185 1fff ffff ff'],
    ['padding of more than seven bits', '0001 6182 1fff'],
    ['nothing but padding of eight bits', '0001 6181 ff'],
    ['padding that is not of ones', '0001 6181 18'],
    ['a code that is cut', '0001 6182 fffa'],
  ])('refuses %s', (_what, block) => {
    expect(() => newDecoder().decode(hex(block))).toThrow(HpackError);
  });

  it.each([
    ['a table of the size we allow', '3fe1 1f'],
    ['two sizes before the first field', '20 3fe1 1f 83'],
    ['zero bytes of Huffman code', '0001 6180'],
    ['an integer that ends in a zero', '007f 00'.concat(' 61'.repeat(127), ' 00')],
    ['an empty block', ''],
  ])('takes %s', (_what, block) => {
    expect(newDecoder().decode(hex(block)).tooLarge).toBe(false);
  });

  it.each([
    ['upper case in a name', [...POST, ['X-a', '']]],
    ['a blank in a name', [...POST, ['x a', '']]],
    ['an empty name', [...POST, ['', 'a']]],
    ['a colon within a name', [...POST, ['x:a', '']]],
    ['a name beyond ASCII', [...POST, ['x-\xe9', '']]],
    ['NUL in a value', [...POST, ['x', 'a\0b']]],
    ['CR in a value', [...POST, ['x', 'a\rb']]],
    ['LF in a value', [...POST, ['x', 'a\nb']]],
    ['a blank before a value', [...POST, ['x', ' a']]],
    ['a tab after a value', [...POST, ['x', 'a\t']]],
    ['an unknown pseudo header', [...POST, [':x', 'a']]],
    ['one of answers', [...POST, [':status', '200']]],
    ['a pseudo header after a regular one', [POST[0], POST[1], ['x', 'a'], POST[2]]],
    ['a doubled pseudo header', [...POST, [':path', '/b']]],
    ['no method', [POST[1], POST[2]]],
    ['no scheme', [POST[0], POST[2]]],
    ['no path', [POST[0], POST[1]]],
    ['an empty path', [POST[0], POST[1], [':path', '']]],
    ['a path without a slash', [POST[0], POST[1], [':path', 'a']]],
    ['CONNECT with a path', [[':method', 'CONNECT'], POST[2]]],
    ['connection', [...POST, ['connection', 'close']]],
    ['keep-alive', [...POST, ['keep-alive', '1']]],
    ['proxy-connection', [...POST, ['proxy-connection', 'close']]],
    ['transfer-encoding', [...POST, ['transfer-encoding', 'chunked']]],
    ['upgrade', [...POST, ['upgrade', 'h2c']]],
    ['te that is not trailers', [...POST, ['te', 'gzip']]],
  ] as [string, HeaderField[]][])('says that headers are malformed: %s', (_what, fields) => {
    expect(decode(...fields).malformed).toEqual(expect.any(String));
  });

  it.each([
    ['with a blank within a value', [...POST, ['x', 'a b']]],
    ['of OPTIONS for all', [[':method', 'OPTIONS'], POST[1], [':path', '*']]],
    [
      'of CONNECT',
      [
        [':method', 'CONNECT'],
        [':authority', 'a:1'],
      ],
    ],
    ['with TE in another case', [...POST, ['te', 'Trailers']]],
  ] as [string, HeaderField[]][])('takes headers %s', (_what, fields) => {
    expect(decode(...fields).malformed).toBeUndefined();
  });

  it('takes trailers without pseudo headers only', () => {
    const trailers = (...fields: HeaderField[]): string | undefined =>
      newDecoder().decode(encodeHeaders(fields), 'trailers').malformed;
    expect(trailers(['x', 'a'])).toBeUndefined();
    expect(trailers(['x', 'a'], [':path', '/'])).toEqual(expect.any(String));
  });

  it('keeps the table in step where headers are too large, and keeps nothing of them', () => {
    const decoder = newDecoder();
    const large = Buffer.concat([encodeHeaders(POST), indexing('x-a', '1'), indexing('x-b', 'b'.repeat(MOST_LIST))]);
    expect(decoder.decode(large)).toMatchObject({ tooLarge: true, fields: [], path: undefined, malformed: undefined });
    expect(decoder.decode(hex('bf be'), 'trailers').tooLarge).toBe(true);
    expect(decoder.decode(hex('bf'), 'trailers').fields).toEqual([['x-a', '1']]);
  });

  it('counts 32 bytes for each field', () => {
    const fields = (count: number): HeaderField[] => Array.from({ length: count }, () => ['n', 'v']);
    const most = Math.floor(MOST_LIST / 34);
    expect(newDecoder().decode(encodeHeaders(fields(most)), 'trailers').fields).toHaveLength(most);
    expect(newDecoder().decode(encodeHeaders(fields(most + 1)), 'trailers').tooLarge).toBe(true);
  });

  it('keeps little of a block that refers to one entry again and again', () => {
    const decoder = newDecoder();
    decoder.decode(indexing('x', 'y'.repeat(1000)), 'trailers');
    expect(decoder.decode(Buffer.alloc(16_384, 0xbe), 'trailers')).toMatchObject({ tooLarge: true, fields: [] });
  });

  it('empties the table for an entry that does not fit', () => {
    const decoder = newDecoder();
    decoder.decode(indexing('x', 'y'), 'trailers');
    expect(decoder.tableBytes).toBe(34);
    decoder.decode(indexing('x', 'y'.repeat(MOST_TABLE)), 'trailers');
    expect(decoder.tableFields).toEqual([]);
  });

  it('drops what a smaller table has no room for, and holds as many entries as fit', () => {
    const decoder = newDecoder();
    const entries = Array.from({ length: 300 }, (_, at): HeaderField => [`${at % 10}`, '']);
    for (const [name, value] of entries) decoder.decode(indexing(name, value), 'trailers');
    expect(decoder.tableFields).toEqual(entries.slice(-Math.floor(MOST_TABLE / 33)).reverse());
    decoder.decode(hex('3f24'), 'trailers');
    expect(decoder.tableFields).toEqual(entries.slice(-2).reverse());
  });

  it('needs a table of at least what every peer may use from the start', () => {
    expect(() => new HeaderDecoder({ maxTableBytes: 4095, maxListBytes: MOST_LIST })).toThrow(RangeError);
  });

  describe('for blocks that come again', () => {
    const block = encodeHeaders([...POST, ['grpc-timeout', '100m']]);

    it('gives the same object, and does not depend on the bytes it was given', () => {
      const decoder = newDecoder();
      const given = Buffer.from(block);
      decoder.decode(given);
      const second = decoder.decode(given);
      given.fill(0);
      expect(decoder.decode(Buffer.from(block))).toBe(second);
      expect(second.timeout).toBe('100m');
    });

    it('decodes anew once the table is another', () => {
      const decoder = newDecoder();
      decoder.decode(indexing('x', '1'), 'trailers');
      const seen = (): HeaderField[] => [...decoder.decode(Buffer.concat([encodeHeaders(POST), hex('be')])).fields];
      expect([seen(), seen(), seen()]).toEqual(Array(3).fill([['x', '1']]));
      decoder.decode(indexing('x', '2'), 'trailers');
      expect([seen(), seen(), seen()]).toEqual(Array(3).fill([['x', '2']]));
      decoder.decode(hex('20'), 'trailers');
      expect(seen).toThrow(HpackError);
    });

    it('is not misled by trailers with the same bytes', () => {
      const decoder = newDecoder();
      for (let time = 0; time < 3; time++) {
        expect(decoder.decode(block).malformed).toBeUndefined();
        expect(decoder.decode(block, 'trailers').malformed).toEqual(expect.any(String));
      }
    });

    it('goes on being right past what it remembers', () => {
      const decoder = newDecoder();
      for (let at = 0; at < 600; at++) {
        const timeout = `${at % 200}m`;
        expect(decoder.decode(encodeHeaders([...POST, ['grpc-timeout', timeout]])).timeout).toBe(timeout);
      }
    });
  });

  it('answers bytes of any kind with headers or an HpackError, and the table stays within its size', () => {
    const seed = Buffer.concat([encodeHeaders(POST), indexing('x-trace', 'abcdef'), hex('be 4001 6185 1c64 9d34 ff')]);
    const mutated = fc
      .array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { maxLength: 4 })
      .map((changes) => changes.reduce((bytes, [at, byte]) => bytes.fill(byte, at, at + 1), Buffer.from(seed)));
    const random = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(fc.oneof(random, mutated), { maxLength: 6 }), (blocks) => {
        const decoder = newDecoder();
        for (const block of blocks) {
          try {
            decoder.decode(block);
          } catch (error) {
            expect(error).toBeInstanceOf(HpackError);
            break;
          }
          const sizes = decoder.tableFields.map(([name, value]) => name.length + value.length + 32);
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(decoder.tableBytes);
          expect(decoder.tableBytes).toBeLessThanOrEqual(MOST_TABLE);
        }
      }),
      { seed: 7541, numRuns: 3000 },
    );
  });
});

describe('decodeHuffman', () => {
  it('never writes more than it says that it may', () => {
    const zeros = Buffer.alloc(5, 0);
    const target = Buffer.alloc(64);
    expect(decodeHuffman(zeros, 0, 5, target)).toBe(mostDecoded(5));
    expect(target.toString('latin1', 0, 9)).toBe('00000000\0');
  });
});
