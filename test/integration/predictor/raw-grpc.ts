import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';

const asIs = (bytes: Buffer): Buffer => bytes;

/** Sends bytes as the message of a unary call; resolves with the answer's bytes, rejects with grpc-js's ServiceError. */
export async function callWithBytes(address: string, path: string, bytes: Buffer): Promise<Buffer> {
  const client = new Client(address, credentials.createInsecure());
  try {
    return await new Promise((resolve, reject) =>
      client.makeUnaryRequest(path, asIs, asIs, bytes, new Metadata(), (error, reply) =>
        error === null && reply !== undefined ? resolve(reply) : reject(error ?? new Error('no answer')),
      ),
    );
  } finally {
    client.close();
  }
}

/** Sends one message over a bidirectional stream and resolves with the first answer's bytes. */
export async function streamOnce(address: string, path: string, bytes: Buffer): Promise<Buffer> {
  const client = new Client(address, credentials.createInsecure());
  try {
    return await new Promise((resolve, reject) => {
      const stream = client.makeBidiStreamRequest(path, asIs, asIs);
      stream.on('data', (reply: Buffer) => {
        resolve(reply);
        stream.end();
      });
      stream.on('error', reject);
      stream.write(bytes);
    });
  } finally {
    client.close();
  }
}

/** What a refused call says: its status code, and the field that the answer's metadata names. */
export async function refusal(call: Promise<unknown>): Promise<{ code: number; field: string; details: string }> {
  const error = (await call.then(
    () => {
      throw new Error('the call was not refused');
    },
    (reason: unknown) => reason,
  )) as ServiceError;
  if (typeof error.code !== 'number') throw error;
  const field = error.metadata.get('adlift-field')[0]?.toString() ?? '';
  return { code: error.code, field: decodeURIComponent(field), details: error.details };
}
