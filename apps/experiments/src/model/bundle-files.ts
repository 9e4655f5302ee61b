import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DomainError } from '@adlift/problem';

/** Bundle files by content, in PostgreSQL, so that every replica of this app serves the same ones. */
@Injectable()
export class BundleFiles {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Stores the bytes under their sha256 (64 hex digits). Throws `invalid_argument` when they do not match it. */
  async put(sha256: string, content: Buffer): Promise<void> {
    const actual = createHash('sha256').update(content).digest('hex');
    if (actual !== sha256) throw new DomainError('invalid_argument', `the body's sha256 is ${actual}`, 'sha256');
    await this.source.query(
      'INSERT INTO model_file (sha256, bytes, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [sha256, content.length, content],
    );
  }

  /** Throws `not_found`. */
  async get(sha256: string): Promise<Buffer> {
    const rows: { content: Buffer }[] = await this.source.query('SELECT content FROM model_file WHERE sha256 = $1', [
      sha256,
    ]);
    const [row] = rows;
    if (row === undefined) throw new DomainError('not_found', `there is no bundle file ${sha256}`, 'sha256');
    return row.content;
  }

  /** Which of the hashes are not stored. */
  async missing(sha256s: readonly string[]): Promise<string[]> {
    const rows: { sha256: string }[] = await this.source.query('SELECT sha256 FROM model_file WHERE sha256 = ANY($1)', [
      sha256s,
    ]);
    const stored = new Set(rows.map(({ sha256 }) => sha256));
    return sha256s.filter((sha256) => !stored.has(sha256));
  }
}
