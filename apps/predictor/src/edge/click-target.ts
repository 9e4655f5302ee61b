const MAX_URL_BYTES = 2048;
/** What a header may hold as it is. */
const PRINTABLE = /^[\x21-\x7e]+$/;

/**
 * The URL as a Location header may hold it, other scripts encoded; undefined for anything but an absolute http or
 * https URL of at most 2,048 bytes without a user name, which would make one site's URL look like another's.
 */
export function locationOf(url: string): string | undefined {
  if (!/^https?:\/\//i.test(url) || Buffer.byteLength(url) > MAX_URL_BYTES) return undefined;
  const parsed = URL.parse(url);
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return undefined;
  return PRINTABLE.test(url) ? url : parsed.href;
}
