import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { KeyView, MadeKey } from '@adlift/client';
import { DomainError } from '@adlift/problem';
import { writeAudit } from '../audit/write-audit';
import { AccessKeys } from './access-keys';
import type { NewKey } from './key-body';

const KEY_BYTES = 32;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const COLUMNS = `id, name, grants, created_at AS "createdAt", created_by AS "createdBy", expires_at AS "expiresAt",
  revoked_at AS "revokedAt", revoked_by AS "revokedBy"`;

/** Keys that are made while the system runs: shown once, kept as a hash, revoked for good. */
@Injectable()
export class KeyService {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    private readonly keys: AccessKeys,
  ) {}

  /** All keys, revoked ones too, oldest first. */
  list(): Promise<KeyView[]> {
    return this.source.query(`SELECT ${COLUMNS} FROM api_key ORDER BY created_at, id`);
  }

  /** The key itself is in this answer and nowhere else. Throws `already_exists` for the name of a configured caller. */
  async make({ name, grants, expiresAt }: NewKey, actor: string): Promise<MadeKey> {
    // Two callers of one name would be one in the audit, and their own second person.
    if (this.keys.isConfigured(name))
      throw new DomainError('already_exists', `the configuration has a caller "${name}"`, 'name');
    // 256 random bits: nothing that a slow hash would have to protect.
    const key = `adl_${randomBytes(KEY_BYTES).toString('base64url')}`;
    const hash = createHash('sha256').update(key).digest('hex');
    const view = await this.source.transaction(async (manager) => {
      const [made] = await manager.query<[KeyView]>(
        `INSERT INTO api_key (id, name, hash, grants, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
         RETURNING ${COLUMNS}`,
        [randomUUID(), name, hash, [...new Set(grants)], actor, expiresAt ?? null],
      );
      await writeAudit(manager, { actor, action: 'key.create', subject: `key:${made.id}`, after: made });
      return made;
    });
    await this.keys.refresh();
    return { ...view, key };
  }

  /** Throws `not_found`; a key that was revoked before stays as it is. */
  async revoke(id: string, actor: string): Promise<KeyView> {
    if (!UUID.test(id)) throw unknownKey(id);
    const view = await this.source.transaction(async (manager) => {
      const [before] = await manager.query<KeyView[]>(`SELECT ${COLUMNS} FROM api_key WHERE id = $1 FOR UPDATE`, [id]);
      if (before === undefined) throw unknownKey(id);
      if (before.revokedAt !== null) return before;
      await manager.query('UPDATE api_key SET revoked_at = now(), revoked_by = $2 WHERE id = $1', [id, actor]);
      const [after] = await manager.query<[KeyView]>(`SELECT ${COLUMNS} FROM api_key WHERE id = $1`, [id]);
      await writeAudit(manager, { actor, action: 'key.revoke', subject: `key:${id}`, before, after });
      return after;
    });
    await this.keys.refresh();
    return view;
  }
}

function unknownKey(id: string): DomainError {
  return new DomainError('not_found', `there is no key "${id}"`, 'id');
}
