import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { decode, encode } from './protocol-messages';

/** An output over either transport: its values as numbers or texts. */
export interface Output {
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}

/** An answered inference over either transport. */
export interface Answer {
  readonly model: string;
  readonly version: string;
  readonly id: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, Output>>;
}

interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: number[];
  readonly data?: (number | string)[];
  readonly parameters?: Record<string, unknown>;
}

interface GrpcAnswer {
  readonly model_name: string;
  readonly model_version: string;
  readonly id: string;
  readonly parameters: Record<string, Record<string, unknown>>;
  readonly outputs: Tensor[];
  readonly raw_output_contents: Buffer[];
}

const asIs = (bytes: Buffer): Buffer => bytes;

/** A client of the protocol over gRPC. Calls reject with grpc-js's ServiceError. */
export class GrpcProtocolClient {
  private readonly client: Client;

  constructor(address: string) {
    this.client = new Client(address, credentials.createInsecure());
  }

  async infer(request: object): Promise<Answer> {
    const reply = decode<GrpcAnswer>('InferResponse', await this.send('ModelInfer', encode('InferRequest', request)));
    const outputs = reply.outputs.map(({ name, datatype, shape }, i) => {
      const raw = reply.raw_output_contents[i] ?? Buffer.alloc(0);
      return [name, { datatype, shape, values: rawValues(datatype, raw) }] as const;
    });
    const parameters = Object.entries(reply.parameters).map(
      ([name, value]) => [name, Object.values(value)[0]] as const,
    );
    return {
      model: reply.model_name,
      version: reply.model_version,
      id: reply.id,
      parameters: Object.fromEntries(parameters),
      outputs: Object.fromEntries(outputs),
    };
  }

  async call<T>(method: string, type: string, message: object, replyType: string): Promise<T> {
    return decode<T>(replyType, await this.send(method, encode(type, message)));
  }

  send(method: string, bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const path = `/inference.GRPCInferenceService/${method}`;
      this.client.makeUnaryRequest(path, asIs, asIs, bytes, new Metadata(), (error, reply) =>
        error === null && reply !== undefined ? resolve(reply) : reject(error ?? new Error('no answer')),
      );
    });
  }

  close(): void {
    this.client.close();
  }
}

/** An inference over HTTP; `tail` are the bytes of binary inputs. */
export async function inferOverHttp(url: string, request: object, tail?: Buffer): Promise<Answer> {
  const reply = await postInfer(url, Buffer.from(JSON.stringify(request)), tail);
  const bytes = Buffer.from(await reply.arrayBuffer());
  if (!reply.ok) throw new Error(`${reply.status}: ${bytes.toString()}`);
  const jsonBytes = Number(reply.headers.get('inference-header-content-length') ?? bytes.length);
  const { model_name, model_version, id, parameters, outputs } = JSON.parse(
    bytes.subarray(0, jsonBytes).toString(),
  ) as Omit<GrpcAnswer, 'raw_output_contents'>;
  let at = jsonBytes;
  const read = outputs.map(({ name, datatype, shape, data, parameters: about }) => {
    if (data !== undefined) return [name, { datatype, shape, values: data }] as const;
    const size = Number(about?.binary_data_size);
    at += size;
    return [name, { datatype, shape, values: rawValues(datatype, bytes.subarray(at - size, at)) }] as const;
  });
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes are left`);
  return { model: model_name, version: model_version, id, parameters, outputs: Object.fromEntries(read) };
}

/** Posts a body as it is; with a tail the header says where the JSON ends. */
export function postInfer(url: string, json: Buffer, tail?: Buffer): Promise<Response> {
  const headers: Record<string, string> =
    tail === undefined
      ? { 'content-type': 'application/json' }
      : { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(json.length) };
  return fetch(url, { method: 'POST', headers, body: new Uint8Array(Buffer.concat([json, tail ?? Buffer.alloc(0)])) });
}

/** BYTES elements: a little-endian uint32 length before each. */
export function rawTexts(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** Little-endian FP32. */
export function rawFloats(values: readonly number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}

function rawValues(datatype: string, raw: Buffer): (number | string)[] {
  const count = (size: number): number[] => Array.from({ length: raw.length / size }, (_, i) => i * size);
  switch (datatype) {
    case 'FP32':
      return count(4).map((at) => raw.readFloatLE(at));
    case 'FP64':
      return count(8).map((at) => raw.readDoubleLE(at));
    case 'UINT32':
      return count(4).map((at) => raw.readUInt32LE(at));
    case 'INT64':
      return count(8).map((at) => Number(raw.readBigInt64LE(at)));
    case 'BYTES': {
      const texts: string[] = [];
      for (let at = 0; at < raw.length;) {
        const end = at + 4 + raw.readUInt32LE(at);
        texts.push(raw.subarray(at + 4, end).toString());
        at = end;
      }
      return texts;
    }
    default:
      throw new Error(`no reader for ${datatype}`);
  }
}
