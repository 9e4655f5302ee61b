import { HeaderDecoder } from '../hpack/header-decoder';
import { statusOnly, statusTrailers } from './response-blocks';

const decoder = new HeaderDecoder({ maxTableBytes: 4096, maxListBytes: 1 << 16 });
const fieldsOf = (block: Buffer): Record<string, string> =>
  Object.fromEntries(decoder.decode(block, 'trailers').fields);

describe('a status as it travels', () => {
  it('has its message percent-encoded, as gRPC over HTTP/2 prescribes', () => {
    const message = 'Größe: 100 %\r\n\u{1F600}~';
    const text = fieldsOf(statusTrailers({ code: 3, message }))['grpc-message'] ?? '';
    expect(text).toBe('Gr%C3%B6%C3%9Fe: 100 %25%0D%0A%F0%9F%98%80~');
    expect(decodeURIComponent(text)).toBe(message);
  });

  it('has a long message cut between characters, and its metadata whole', () => {
    const { 'grpc-message': text = '', 'a-name': value } = fieldsOf(
      statusTrailers({ code: 3, message: 'ü'.repeat(1_000), metadata: [['a-name', 'a value']] }),
    );
    expect(text.length).toBeLessThanOrEqual(2_048);
    expect(decodeURIComponent(text)).toMatch(/^ü{300,}$/);
    expect(value).toBe('a value');
  });

  it('keeps blanks at its ends, which a client would drop it for', () => {
    expect(fieldsOf(statusTrailers({ code: 3, message: ' a  b ' }))['grpc-message']).toBe('%20a  b%20');
    expect(fieldsOf(statusTrailers({ code: 3, message: ' ' }))['grpc-message']).toBe('%20');
  });

  it('has no metadata that a client would drop it for', () => {
    const metadata = [['a-name', ' a\u010a\nb ']] as const;
    expect(fieldsOf(statusTrailers({ code: 3, message: '', metadata }))['a-name']).toBe('ab');
  });

  it('takes an unpaired surrogate', () => {
    expect(fieldsOf(statusTrailers({ code: 3, message: 'a\ud800' }))['grpc-message']).toBe('a%EF%BF%BD');
  });

  it('may be the whole answer', () => {
    expect(fieldsOf(statusOnly({ code: 12, message: '' }))).toMatchObject({
      'content-type': 'application/grpc',
      'grpc-status': '12',
    });
  });
});
