import type { AdminApi } from '@adlift/client';
import type { Connect } from '../connection';

/** Opens a connection for one use of the admin API. */
export async function withAdmin<T>(connect: Connect, use: (admin: AdminApi) => Promise<T>): Promise<T> {
  const connection = await connect();
  try {
    return await use(connection.admin);
  } finally {
    await connection.close();
  }
}

/** The document as JSON, or the text that stands for it. */
export function print(json: boolean, document: unknown, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(document, null, 2) : text}\n`);
}
