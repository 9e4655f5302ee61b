import { encodeHeaders } from './header-encoder';

const encoded = (name: string, value: string): string => encodeHeaders([[name, value]]).toString('hex');

describe('encodeHeaders', () => {
  it('writes whole fields of the static table in one byte', () => {
    expect(encoded(':status', '200')).toBe('88');
    expect(encoded('accept-encoding', 'gzip, deflate')).toBe('90');
  });

  it('writes names of the static table as their first index, and never asks for a place in the table', () => {
    expect(encoded(':status', '415')).toBe('0803343135');
    expect(encoded('age', '1')).toBe('0f060131');
    expect(encoded('content-type', 'a')).toBe('0f100161');
  });

  it('writes other names as they are', () => {
    expect(encoded('grpc-status', '0')).toBe(`000b${Buffer.from('grpc-status').toString('hex')}0130`);
  });

  it('writes lengths beyond the first byte in groups of seven bits', () => {
    expect(encoded('a', 'b'.repeat(126)).slice(0, 8)).toBe('0001617e');
    expect(encoded('a', 'b'.repeat(127)).slice(0, 10)).toBe('0001617f00');
    // RFC 7541, C.1.2: 1337 with a prefix of five bits; of seven it is 127 and 1210.
    expect(encoded('a', 'b'.repeat(1337)).slice(0, 12)).toBe('0001617fba09');
  });
});
