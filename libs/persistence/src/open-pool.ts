import { Client, Pool, type ClientConfig, type PoolConfig } from 'pg';

/**
 * What a process that froze or lost its machine inside a transaction keeps locked, as the leadership of the fold, is
 * free after this: PostgreSQL itself waits two hours for a lost machine. Between two statements nobody needs as long.
 */
const IDLE_IN_TRANSACTION_MS = 60_000;

/**
 * A connection that breaks while no query runs on it emits an error, and unheard that ends the process. Every client
 * listens from its first moment: a server that goes away may do so between connecting and the caller's next step.
 */
export class HeardClient extends Client {
  constructor(config?: string | ClientConfig) {
    super({
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      ...(typeof config === 'string' ? { connectionString: config } : config),
    });
    this.on('error', ignore);
  }
}

/** A pool whose connections may break at any time; the query that needs one fails, and nothing else. */
export function openPool(options: PoolConfig): Pool {
  const pool = new Pool({ ...options, Client: HeardClient });
  pool.on('error', ignore);
  return pool;
}

function ignore(): void {}
