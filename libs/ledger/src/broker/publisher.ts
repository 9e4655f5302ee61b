import type { ConfirmChannel, Options } from 'amqplib';

/** A message and the queue it is for. */
export interface Letter {
  readonly queue: string;
  readonly content: Buffer;
  readonly options: Options.Publish;
}

/** A broker that takes part in its heartbeats and confirms nothing for this long has no majority for the queue. */
const CONFIRM_TIMEOUT_MS = 30_000;

/** Publishes on a channel of its own, straight into queues, and knows what became of it. */
export class Publisher {
  private readonly returned = new Set<string>();
  private readonly closed = Promise.withResolvers<never>();
  private letters = 0;

  constructor(private readonly channel: ConfirmChannel) {
    this.closed.promise.catch(() => undefined);
    channel.on('return', ({ properties }) => this.returned.add(String(properties.messageId)));
    channel.on('close', () => this.closed.reject(new Error('the channel to RabbitMQ was closed')));
  }

  /** Resolves when a majority of the members of each queue has written its letters to disk. Rejects otherwise. */
  async publish(letters: readonly Letter[]): Promise<void> {
    const overdue = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => overdue.reject(new Error(`RabbitMQ confirmed nothing for ${CONFIRM_TIMEOUT_MS / 1000} s`)),
      CONFIRM_TIMEOUT_MS,
    );
    try {
      await Promise.race([
        Promise.all(letters.map((letter) => this.send(letter))),
        this.closed.promise,
        overdue.promise,
      ]);
    } finally {
      clearTimeout(timer);
    }
  }

  private send({ queue, content, options }: Letter): Promise<void> {
    const messageId = String(++this.letters);
    return new Promise((resolve, reject) => {
      const confirmed = (error: unknown): void => {
        if (error !== null && error !== undefined) return reject(new Error(`RabbitMQ refused a message for ${queue}`));
        // What no queue takes is returned first, and confirmed all the same.
        if (this.returned.delete(messageId)) return reject(new Error(`RabbitMQ has no queue ${queue}`));
        resolve();
      };
      this.channel.publish('', queue, content, { ...options, messageId, persistent: true, mandatory: true }, confirmed);
    });
  }
}
