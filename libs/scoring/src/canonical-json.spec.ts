import { canonicalJson, sha256Hex } from './canonical-json';

describe('canonicalJson', () => {
  it('writes the number and string forms of RFC 8785', () => {
    const numbers = [1 / 3e-9, 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0];
    expect(canonicalJson(numbers)).toBe('[333333333.3333333,1e+30,4.5,0.002,1e-27,0]');
    expect(canonicalJson('\u20ac$\u000f\nA\'B"\\/')).toBe('"€$\\u000f\\nA\'B\\"\\\\/"');
    expect(canonicalJson([null, true, false])).toBe('[null,true,false]');
  });

  it('sorts members by UTF-16 code units, at every depth', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, ö: { b: 1, a: 2 } };
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":{"a":2,"b":1},"€":1,"\u{1f600}":5,"\ufb33":3}');
  });

  it('does not depend on the order in which members were added', () => {
    expect(canonicalJson({ b: 1, a: [{ d: 1, c: undefined }] })).toBe(canonicalJson({ a: [{ d: 1 }], b: 1 }));
  });

  it.each([NaN, Infinity, 1n, () => 1, '\ud800', { a: [undefined] }])('refuses %p', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  it('hashes bytes and text alike, on shared memory too', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    const shared = new Uint8Array(new SharedArrayBuffer(3));
    shared.set([97, 98, 99]);
    expect([sha256Hex('abc'), sha256Hex(Uint8Array.of(97, 98, 99)), sha256Hex(shared)]).toEqual([abc, abc, abc]);
  });
});
