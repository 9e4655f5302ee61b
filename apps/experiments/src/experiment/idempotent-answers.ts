import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DomainError } from '@adlift/problem';
import { jsonDigest, type Json } from '@adlift/wire';

/** A request that says of itself that it may come twice. */
export interface RepeatableRequest {
  readonly caller: string;
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

interface Row {
  readonly request_digest: string;
  readonly status: number | null;
  readonly answer: unknown;
}

const KEPT = "interval '24 hours'";
/** What was begun and not ended by then has lost its process. */
const ABANDONED = "interval '2 minutes'";

/** Answers by `Idempotency-Key`, per caller, for a day: a request that comes again is answered and not done again. */
@Injectable()
export class IdempotentAnswers {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /**
   * The answer of an earlier request of this key; undefined when the caller may go on, and then has to call `keep` or
   * `forget`. Throws `idempotency_key_reused` when the key came with something else, `failed_precondition` while the
   * first one is still being answered.
   */
  async begin(request: RepeatableRequest): Promise<{ status: number; answer: unknown } | undefined> {
    const { caller, key } = request;
    const digest = digestOf(request);
    await this.source.query(`DELETE FROM idempotent_answer WHERE made_at < now() - ${KEPT}`);
    const inserted = await this.source.query<unknown[]>(
      `INSERT INTO idempotent_answer AS a (caller, key, request_digest) VALUES ($1, $2, $3)
       ON CONFLICT (caller, key) DO UPDATE SET made_at = now()
         WHERE a.status IS NULL AND a.request_digest = $3 AND a.made_at < now() - ${ABANDONED}
       RETURNING 1`,
      [caller, key, digest],
    );
    if (inserted.length > 0) return undefined;
    const [row] = await this.source.query<Row[]>(
      'SELECT request_digest, status, answer FROM idempotent_answer WHERE caller = $1 AND key = $2',
      [caller, key],
    );
    // It failed and was forgotten just now.
    if (row === undefined) return this.begin(request);
    if (row.request_digest !== digest)
      throw new DomainError(
        'idempotency_key_reused',
        `the key "${key}" came with another request before; use a new one`,
        'idempotency-key',
      );
    if (row.status === null)
      throw new DomainError(
        'failed_precondition',
        `the first request with the key "${key}" is still being answered`,
        'idempotency-key',
        1,
      );
    return { status: row.status, answer: row.answer };
  }

  async keep({ caller, key }: RepeatableRequest, status: number, answer: unknown): Promise<void> {
    await this.source.query('UPDATE idempotent_answer SET status = $3, answer = $4 WHERE caller = $1 AND key = $2', [
      caller,
      key,
      status,
      JSON.stringify(answer),
    ]);
  }

  /** A request that failed may be sent again under its key. */
  async forget({ caller, key }: RepeatableRequest): Promise<void> {
    await this.source.query('DELETE FROM idempotent_answer WHERE caller = $1 AND key = $2 AND status IS NULL', [
      caller,
      key,
    ]);
  }
}

function digestOf({ method, url, body }: RepeatableRequest): string {
  return jsonDigest({ method, url, body: (body ?? null) as Json });
}
