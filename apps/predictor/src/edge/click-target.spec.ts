import { locationOf } from './click-target';

describe('where a click may lead', () => {
  it.each([
    ['https://shop.example/a?b=1#c', 'https://shop.example/a?b=1#c'],
    ['http://shop.example', 'http://shop.example'],
    ['https://bücher.example/übersicht?q=ä', 'https://xn--bcher-kva.example/%C3%BCbersicht?q=%C3%A4'],
    ['https://shop.example/a b', 'https://shop.example/a%20b'],
  ])('is an http or https URL: %s', (url, location) => {
    expect(locationOf(url)).toBe(location);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://shop.example/',
    '//shop.example/',
    '/path',
    'https:shop.example',
    'https://',
    'https://[',
    '',
    `https://shop.example/${'a'.repeat(2048)}`,
  ])('is nothing else: %s', (url) => {
    expect(locationOf(url)).toBeUndefined();
  });

  it('cannot end its header', () => {
    expect(locationOf('https://shop.example/\r\nset-cookie: a=b')).toBe('https://shop.example/set-cookie:%20a=b');
  });
});
