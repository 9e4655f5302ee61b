import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AuditEntry, AuditPage } from '@adlift/client';
import { encodeCursor } from '../paging/page-query';
import type { AuditQuery } from './audit-query';
import { writeAudit, type AuditEntry as NewEntry } from './write-audit';

/** Reads what was changed by whom; the table refuses to be changed itself. */
@Injectable()
export class AuditService {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** A page, the newest first. */
  async page({ actor, action, subject, from, to, cursor, limit }: AuditQuery): Promise<AuditPage> {
    const rows = await this.source.query<AuditEntry[]>(
      `SELECT id, at, actor, action, subject, before, after FROM audit
      WHERE ($1::text IS NULL OR actor = $1)
        AND ($2::text IS NULL OR action = $2)
        AND ($3::text IS NULL OR subject = $3)
        AND ($4::timestamptz IS NULL OR at >= $4)
        AND ($5::timestamptz IS NULL OR at < $5)
        AND ($6::bigint IS NULL OR id < $6)
      ORDER BY id DESC LIMIT $7`,
      [actor, action, subject, from, to, cursor, limit + 1],
    );
    const entries = rows.slice(0, limit);
    const last = rows.length > limit ? entries.at(-1) : undefined;
    return { entries, nextCursor: last === undefined ? null : encodeCursor(last.id) };
  }

  /** Adds an entry about what has no transaction here. */
  write(entry: NewEntry): Promise<void> {
    return writeAudit(this.source.manager, entry);
  }
}
