import { sha256Hex } from './sha256';

describe('sha256Hex', () => {
  it('hashes bytes and text alike, on shared memory too', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    const shared = new Uint8Array(new SharedArrayBuffer(3));
    shared.set([97, 98, 99]);
    expect([sha256Hex('abc'), sha256Hex(Uint8Array.of(97, 98, 99)), sha256Hex(shared)]).toEqual([abc, abc, abc]);
  });
});
