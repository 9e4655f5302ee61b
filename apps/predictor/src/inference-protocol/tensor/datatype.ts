import { InvalidField } from '@adlift/wire';

/** The protocol's datatypes with the bytes of one element; 0 for BYTES, whose elements carry their own length. */
export const ELEMENT_BYTES = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  FP32: 4,
  FP64: 8,
  BYTES: 0,
} as const;

export type Datatype = keyof typeof ELEMENT_BYTES;

/** Least and greatest value of the integers that a double holds exactly. */
export const INTEGER_RANGES: Readonly<Partial<Record<Datatype, readonly [least: number, greatest: number]>>> = {
  UINT8: [0, 0xff],
  UINT16: [0, 0xffff],
  UINT32: [0, 0xffffffff],
  INT8: [-0x80, 0x7f],
  INT16: [-0x8000, 0x7fff],
  INT32: [-0x80000000, 0x7fffffff],
};

/** Throws InvalidField when `name` is no datatype of the protocol. */
export function requireDatatype(name: unknown, path: string): Datatype {
  if (typeof name === 'string' && Object.hasOwn(ELEMENT_BYTES, name)) return name as Datatype;
  const known = Object.keys(ELEMENT_BYTES).join(', ');
  throw new InvalidField(path, `${JSON.stringify(name)?.slice(0, 60)} is no datatype; known are ${known}`);
}
