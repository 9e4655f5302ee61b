import type { Client, ClientConfig } from 'pg';
import { HeardClient } from './open-pool';

/** A connection of its own for long work that one process at a time does and that may be cut off anywhere. */
export class SoleClient {
  private client: Client | undefined;

  /** `lock`: the advisory lock that keeps other processes out for as long as the connection lives. */
  constructor(
    private readonly config: ClientConfig,
    private readonly lock: number,
  ) {}

  /** Connects and works; undefined, and nothing done, while another process is at it. */
  async work<Result>(work: (client: Client) => Promise<Result>): Promise<Result | undefined> {
    const client = new HeardClient(this.config);
    this.client = client;
    try {
      await client.connect();
      const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [this.lock]);
      return rows[0]?.mine === true ? await work(client) : undefined;
    } finally {
      this.client = undefined;
      // The lock ends with the connection.
      await client.end().catch(() => undefined);
    }
  }

  /** Ends the connection under the work that is being done; that work then fails. */
  async cutOff(): Promise<void> {
    await this.client?.end().catch(() => undefined);
  }
}
