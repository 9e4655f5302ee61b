import { randomBytes, randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { MadeWebhook, WebhookView } from '@adlift/client';
import { DomainError } from '@adlift/problem';
import { writeAudit } from '../audit/write-audit';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { PrivateAddress, requirePublic } from './public-address';
import type { NewWebhook } from './webhook-body';

const SECRET_BYTES = 32;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const COLUMNS = `id, url, actions, created_at AS "createdAt", created_by AS "createdBy",
  (SELECT count(*)::int FROM webhook_delivery d WHERE d.webhook = webhook.id AND d.done_at IS NULL AND d.attempts < 15) AS waiting,
  (SELECT error FROM webhook_delivery d WHERE d.webhook = webhook.id AND error IS NOT NULL ORDER BY d.id DESC LIMIT 1)
    AS "lastError"`;

/** Who is told of changes. */
@Injectable()
export class WebhookService {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {}

  list(): Promise<WebhookView[]> {
    return this.source.query(`SELECT ${COLUMNS} FROM webhook ORDER BY created_at, id`);
  }

  /** The secret is in this answer and no other. Throws `invalid_argument` for a URL that leads to a private address. */
  async make({ url, actions }: NewWebhook, actor: string): Promise<MadeWebhook> {
    await this.refusePrivate(url);
    const secret = `whs_${randomBytes(SECRET_BYTES).toString('base64url')}`;
    return this.source.transaction(async (manager) => {
      const [made] = await manager.query<[WebhookView]>(
        `INSERT INTO webhook (id, url, secret, actions, created_by) VALUES ($1, $2, $3, $4, $5) RETURNING ${COLUMNS}`,
        [randomUUID(), url, secret, actions, actor],
      );
      const after = { url, actions };
      await writeAudit(manager, { actor, action: 'webhook.create', subject: `webhook:${made.id}`, after });
      return { ...made, secret };
    });
  }

  /** Throws `not_found`. What waits to be told is told no more. */
  async remove(id: string, actor: string): Promise<void> {
    await this.source.transaction(async (manager) => {
      const [removed] = UUID.test(id)
        ? await manager.query<[{ url: string; actions: string[] }[]]>(
            'DELETE FROM webhook WHERE id = $1 RETURNING url, actions',
            [id],
          )
        : [[]];
      const [before] = removed;
      if (before === undefined) throw new DomainError('not_found', `there is no webhook "${id}"`, 'id');
      await writeAudit(manager, { actor, action: 'webhook.remove', subject: `webhook:${id}`, before });
    });
  }

  private async refusePrivate(url: string): Promise<void> {
    if (this.config.WEBHOOK_ALLOW_PRIVATE) return;
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    try {
      for (const { address } of await lookup(host, { all: true })) requirePublic(host, address);
    } catch (error) {
      const why = error instanceof PrivateAddress ? error.message : `${host} cannot be resolved`;
      throw new DomainError('invalid_argument', `url: ${why}`, 'url');
    }
  }
}
