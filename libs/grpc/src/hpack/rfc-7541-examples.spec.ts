import { HeaderDecoder } from './header-decoder';

const block = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const fields = (text: string): string[][] => text.split('\n').map((line) => /^(:?[^:]+): (.*)$/.exec(line)!.slice(1));

const newDecoder = (): HeaderDecoder => new HeaderDecoder({ maxTableBytes: 4096, maxListBytes: 8192 });

const PRIVATE = 'cache-control: private';
const DATE_21 = 'date: Mon, 21 Oct 2013 20:13:21 GMT';
const DATE_22 = 'date: Mon, 21 Oct 2013 20:13:22 GMT';
const LOCATION = 'location: https://www.example.com';
const COOKIE = 'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1';
const SITE = ':authority: www.example.com';

/** Block, regular fields in it, table after it with its size; the table goes on within a list. */
type Example = readonly [hex: string, regular: string, table: string, bytes: number];

const REQUESTS_AFTER: readonly (readonly [string, string, number])[] = [
  ['', SITE, 57],
  ['cache-control: no-cache', `cache-control: no-cache\n${SITE}`, 110],
  ['custom-key: custom-value', `custom-key: custom-value\ncache-control: no-cache\n${SITE}`, 164],
];
const RESPONSES_AFTER: readonly (readonly [string, string, number])[] = [
  [`${PRIVATE}\n${DATE_21}\n${LOCATION}`, `${LOCATION}\n${DATE_21}\n${PRIVATE}\n:status: 302`, 222],
  [`${PRIVATE}\n${DATE_21}\n${LOCATION}`, `:status: 307\n${LOCATION}\n${DATE_21}\n${PRIVATE}`, 222],
  [
    `${PRIVATE}\n${DATE_22}\n${LOCATION}\ncontent-encoding: gzip\n${COOKIE}`,
    `${COOKIE}\ncontent-encoding: gzip\n${DATE_22}`,
    215,
  ],
];
const examples = (blocks: readonly string[], after: typeof REQUESTS_AFTER): Example[] =>
  blocks.map((hex, at) => [hex, ...after[at]]);

const C3 = [
  '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
  '8286 84be 5808 6e6f 2d63 6163 6865',
  '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
];
const C4 = [
  '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
  '8286 84be 5886 a8eb 1064 9cbf',
  '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
];
const C5 = [
  `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e
   1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
  '4803 3330 37c1 c0bf',
  `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d
   4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572
   7369 6f6e 3d31`,
];
const C6 = [
  `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b
   97c8 e9ae 82ae 43d3`,
  '4883 640e ffc1 c0bf',
  `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf
   cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
];
/** The examples with responses have a table of 256 bytes; a block says so first. */
const TABLE_OF_256 = '3fe1 01';

describe('the examples of RFC 7541, appendix C', () => {
  it.each([
    [
      'C.2.1',
      '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
      'custom-key: custom-header',
      'custom-key: custom-header',
    ],
    ['C.2.3', '1008 7061 7373 776f 7264 0673 6563 7265 74', 'password: secret', ''],
  ])('%s', (_name, hex, regular, table) => {
    const decoder = newDecoder();
    expect(decoder.decode(block(hex), 'trailers').fields).toEqual(fields(regular));
    expect(decoder.tableFields).toEqual(table === '' ? [] : fields(table));
  });

  it('C.2.2 and C.2.4 decode to pseudo headers and add nothing', () => {
    const decoder = newDecoder();
    expect(decoder.decode(block('040c 2f73 616d 706c 652f 7061 7468')).path).toBe('/sample/path');
    expect(decoder.decode(block('82')).method).toBe('GET');
    expect(decoder.tableBytes).toBe(0);
  });

  it.each([
    ['C.3', examples(C3, REQUESTS_AFTER), ''],
    ['C.4', examples(C4, REQUESTS_AFTER), ''],
    ['C.5', examples(C5, RESPONSES_AFTER), TABLE_OF_256],
    ['C.6', examples(C6, RESPONSES_AFTER), TABLE_OF_256],
  ])('%s, block after block with the table they leave', (_name, list, beginning) => {
    const decoder = newDecoder();
    decoder.decode(block(beginning));
    for (const [hex, regular, table, bytes] of list) {
      expect(decoder.decode(block(hex.replaceAll('\n', ''))).fields).toEqual(regular === '' ? [] : fields(regular));
      expect(decoder.tableFields).toEqual(fields(table));
      expect(decoder.tableBytes).toBe(bytes);
    }
  });

  it('C.3 and C.4 have the pseudo headers that were written', () => {
    const seen = (blocks: string[]): unknown[] => {
      const decoder = newDecoder();
      return blocks.map((hex) => {
        const { method, scheme, path, authority, malformed } = decoder.decode(block(hex));
        return [method, scheme, path, authority, malformed];
      });
    };
    const written = [
      ['GET', 'http', '/', 'www.example.com', undefined],
      ['GET', 'http', '/', 'www.example.com', undefined],
      ['GET', 'https', '/index.html', 'www.example.com', undefined],
    ];
    expect(seen(C3)).toEqual(written);
    expect(seen(C4)).toEqual(written);
  });
});
