import { HpackError } from './hpack-error';

/**
 * Bits in the code of each byte, and of EOS after them; RFC 7541 appendix B. The code is canonical: codes of one length
 * follow each other in the order of their symbols, so their lengths say all.
 */
// prettier-ignore
const CODE_BITS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
  5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];
const EOS = 256;
const SHORTEST_CODE = 5;
const LONGEST_CODE = 30;
const LONGEST_PADDING = 7;

/** The inner nodes of the code's tree, the root first: an index of another one, or minus one minus a symbol. */
type Tree = [number, number][];

/** What four more bits lead to from a node: the next node, the byte that ended on the way and whether one did. */
const NEXT_NODE = 0xff;
const BYTE_SHIFT = 8;
const BYTE_ENDED = 0x1_0000;
const EOS_ENDED = 0x2_0000;

const tree = buildTree();
const steps = Uint32Array.from(
  tree.flatMap((_, node) => Array.from({ length: 16 }, (__, nibble) => step(node, nibble))),
);
const mayEnd = endings();

/** Bytes that `bytes` of Huffman code become at most. */
export function mostDecoded(bytes: number): number {
  return Math.floor((bytes * 8) / SHORTEST_CODE);
}

/**
 * Decodes `source` from `start` to `end` into `target`, which has room for {@link mostDecoded} bytes, and returns how
 * many there are. Throws {@link HpackError} for EOS and for padding that is not the beginning of it or longer than
 * seven bits (RFC 7541, 5.2).
 */
export function decodeHuffman(source: Uint8Array, start: number, end: number, target: Uint8Array): number {
  let node = 0;
  let length = 0;
  let seen = 0;
  for (let at = start; at < end; at++) {
    const byte = source[at];
    const first = steps[(node << 4) | (byte >> 4)];
    if ((first & BYTE_ENDED) !== 0) target[length++] = first >> BYTE_SHIFT;
    const second = steps[((first & NEXT_NODE) << 4) | (byte & 15)];
    if ((second & BYTE_ENDED) !== 0) target[length++] = second >> BYTE_SHIFT;
    node = second & NEXT_NODE;
    seen |= first | second;
  }
  if ((seen & EOS_ENDED) !== 0) throw new HpackError('a Huffman string contains the end-of-string symbol');
  if (mayEnd[node] === 0) throw new HpackError('a Huffman string ends in padding that is too long or not of ones');
  return length;
}

function buildTree(): Tree {
  const nodes: Tree = [[0, 0]];
  let code = 0;
  for (let bits = SHORTEST_CODE; bits <= LONGEST_CODE; bits++) {
    for (let symbol = 0; symbol <= EOS; symbol++) {
      if (CODE_BITS[symbol] === bits) addCode(nodes, code++, bits, symbol);
    }
    code *= 2;
  }
  return nodes;
}

function addCode(nodes: Tree, code: number, bits: number, symbol: number): void {
  let node = 0;
  for (let bit = bits - 1; bit > 0; bit--) {
    const branch = (code >> bit) & 1;
    // The root is nobody's child, so 0 stands for a branch that is not there yet.
    if (nodes[node][branch] === 0) nodes[node][branch] = nodes.push([0, 0]) - 1;
    node = nodes[node][branch]!;
  }
  nodes[node][code & 1] = -1 - symbol;
}

function step(from: number, nibble: number): number {
  let node = from;
  let ended = 0;
  for (let bit = 3; bit >= 0; bit--) {
    node = tree[node][(nibble >> bit) & 1]!;
    if (node >= 0) continue;
    const symbol = -1 - node;
    // A code is longer than four bits, so no more than one ends here.
    ended = symbol === EOS ? EOS_ENDED : BYTE_ENDED | (symbol << BYTE_SHIFT);
    node = 0;
  }
  return node | ended;
}

function endings(): Uint8Array {
  const allowed = new Uint8Array(tree.length);
  for (let ones = 0, node = 0; ones <= LONGEST_PADDING; ones++, node = tree[node][1]) allowed[node] = 1;
  return allowed;
}
