/** A name of a header, judged once for all the values that come under it. */
export interface HeaderName {
  readonly text: string;
  /** Which of {@link KNOWN_NAMES} it is; {@link OTHER_NAME} for the rest. */
  readonly known: number;
  /** How the name breaks RFC 9113, 8.2 or 8.3. */
  readonly fault: string | undefined;
}

/** Names that gRPC gives a meaning to, those of pseudo headers first. */
export const KNOWN_NAMES = [
  ':method',
  ':scheme',
  ':authority',
  ':path',
  'content-type',
  'te',
  'grpc-timeout',
  'grpc-encoding',
  'grpc-accept-encoding',
  'authorization',
] as const;
/** Where a name stands in {@link KNOWN_NAMES}. */
export const Known = {
  method: 0,
  scheme: 1,
  authority: 2,
  path: 3,
  contentType: 4,
  te: 5,
  timeout: 6,
  encoding: 7,
  acceptEncoding: 8,
  authorization: 9,
} as const;
/** The first of {@link KNOWN_NAMES} that is not a pseudo header. */
export const FIRST_REGULAR = Known.contentType;
export const OTHER_NAME = KNOWN_NAMES.length;

/** RFC 9110, 5.6.2, without upper case: RFC 9113, 8.2.1. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const OF_CONNECTIONS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

const known = new Map<string, HeaderName>(
  KNOWN_NAMES.map((text, index) => [text, { text, known: index, fault: undefined }]),
);

/** The name with this text. */
export function headerName(text: string): HeaderName {
  return known.get(text) ?? { text, known: OTHER_NAME, fault: faultOf(text) };
}

function faultOf(text: string): string | undefined {
  if (text.startsWith(':')) return 'a pseudo header that requests do not have';
  if (!NAME.test(text)) return 'a name with characters that names do not have';
  return OF_CONNECTIONS.has(text) ? 'a header about the connection' : undefined;
}
