import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundJob } from '../background/background-job';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { sendWebhook } from './webhook-sender';

interface Delivery {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  readonly attempts: number;
  readonly entry: object;
}

const IDLE_MS = 1000;
const AWAY_MS = 5000;
const AT_ONCE = 20;
/** A process that dies while it sends has its deliveries tried again after this. */
const LEASE = "interval '1 minute'";
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 3_600_000;
/** Tried for about four hours, then given up. */
const MAX_ATTEMPTS = 15;

/** Tells webhooks of changes, each at least once; a receiver that fails is tried again, later each time. */
@Injectable()
export class WebhookWorker extends BackgroundJob {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {
    super('webhook', 'webhooks wait', AWAY_MS);
  }

  protected async turn(): Promise<number> {
    const [due] = await this.source.query<[Delivery[], number]>(
      `UPDATE webhook_delivery d SET next_try_at = clock_timestamp() + ${LEASE}
       FROM webhook w, audit a
       WHERE w.id = d.webhook AND a.id = d.audit AND d.id IN (
         SELECT id FROM webhook_delivery
         WHERE done_at IS NULL AND attempts < ${MAX_ATTEMPTS} AND next_try_at <= clock_timestamp()
         ORDER BY id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)
       RETURNING d.id, w.url, w.secret, d.attempts,
         json_build_object('id', a.id::text, 'at', a.at, 'actor', a.actor, 'action', a.action, 'subject', a.subject,
           'before', a.before, 'after', a.after) AS entry`,
    );
    await Promise.all(due.map((delivery) => this.deliver(delivery)));
    return due.length === AT_ONCE ? 0 : IDLE_MS;
  }

  private async deliver({ id, url, secret, attempts, entry }: Delivery): Promise<void> {
    try {
      const allowPrivate = this.config.WEBHOOK_ALLOW_PRIVATE;
      await sendWebhook({ url, secret, deliveryId: id, body: JSON.stringify(entry), allowPrivate });
      await this.source.query(
        'UPDATE webhook_delivery SET done_at = clock_timestamp(), attempts = attempts + 1, error = NULL WHERE id = $1',
        [id],
      );
    } catch (error) {
      const { message } = error as Error;
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS);
      if (attempts + 1 === MAX_ATTEMPTS) this.logger.warn(`delivery ${id} to ${url} is given up: ${message}`);
      await this.source.query(
        `UPDATE webhook_delivery SET attempts = attempts + 1, error = $2,
           next_try_at = clock_timestamp() + $3 * interval '1 millisecond' WHERE id = $1`,
        [id, message, pauseMs],
      );
    }
  }
}
