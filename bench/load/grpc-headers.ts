/** Entries of HPACK's static table, RFC 7541 appendix A. */
const POST = 0x83;
const HTTP = 0x86;
const AUTHORITY_NAME = 0x01;
const PATH_NAME = 0x04;
const NEW_NAME = 0x00;
/** As our servers send it, without Huffman's code. */
const STATUS_NAME = Buffer.from('grpc-status');
const NO_STATUS = -1;

/** Whom to call, and with which key. */
export interface GrpcTarget {
  readonly address: string;
  readonly key: string;
}

/** The header block of a call, without state: any number of calls may use it. */
export function callHeaders({ address, key }: GrpcTarget, path: string, timeoutMs?: number): Buffer {
  const block = [POST, HTTP, PATH_NAME, ...text(path), AUTHORITY_NAME, ...text(address)];
  const rest = { 'content-type': 'application/grpc', te: 'trailers', authorization: `Bearer ${key}` };
  const all = timeoutMs === undefined ? rest : { ...rest, 'grpc-timeout': `${timeoutMs}m` };
  for (const [name, value] of Object.entries(all)) block.push(NEW_NAME, ...text(name), ...text(value));
  return Buffer.from(block);
}

/** The gRPC status in a block of trailers; -1 when there is none. */
export function grpcStatus(block: Buffer): number {
  const at = block.indexOf(STATUS_NAME);
  if (at < 0) return NO_STATUS;
  const length = at + STATUS_NAME.length;
  return Number(block.toString('latin1', length + 1, length + 1 + (block[length] ?? 0)));
}

/** A text of less than 127 bytes, not Huffman-coded. */
function text(value: string): number[] {
  return [value.length, ...Buffer.from(value, 'latin1')];
}
