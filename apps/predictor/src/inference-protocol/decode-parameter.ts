import { Reader } from 'protobufjs/minimal';
import { readText } from '@adlift/wire';
import type { ParameterValue } from './infer-request';

/** Decodes one entry of a map<string, InferParameter>; a parameter without a value is an empty text. */
export function decodeParameter(entry: Uint8Array): [name: string, value: ParameterValue] {
  const reader = Reader.create(entry);
  let name = '';
  let value: ParameterValue = '';
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) name = readText(reader);
    else if (tag >>> 3 === 2) value = decodeValue(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return [name, value];
}

function decodeValue(bytes: Uint8Array): ParameterValue {
  const reader = Reader.create(bytes);
  let value: ParameterValue = '';
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    switch (tag >>> 3) {
      case 1:
        value = reader.bool();
        break;
      case 2:
        value = Number(reader.int64());
        break;
      case 3:
        value = readText(reader);
        break;
      case 4:
        value = reader.double();
        break;
      case 5:
        value = Number(reader.uint64());
        break;
      default:
        reader.skipType(tag & 7);
    }
  }
  return value;
}
