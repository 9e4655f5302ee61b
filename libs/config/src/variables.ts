import { z } from 'zod';

/** A TCP port with its default. */
export const port = (byDefault: number): z.ZodType<number> =>
  z.coerce
    .number('must be a port, 1 to 65535')
    .int('must be a port, 1 to 65535')
    .min(1, 'must be a port, 1 to 65535')
    .max(65535, 'must be a port, 1 to 65535')
    .default(byDefault);

/** An http(s) URL without a trailing slash. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
  .transform((url) => url.replace(/\/+$/, ''));

/** A PostgreSQL connection URL. */
export const databaseUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' });

/** Milliseconds, with a default. */
export const milliseconds = (byDefault: number): z.ZodType<number> =>
  z.coerce
    .number('must be milliseconds')
    .int('must be whole milliseconds')
    .min(1, 'must be at least 1 ms')
    .default(byDefault);

/** URLs of the nodes of a RabbitMQ cluster, separated by commas. */
export const amqpUrls = z
  .string()
  .transform((text) => text.split(',').map((url) => url.trim()))
  .pipe(
    z.array(z.url({ protocol: /^amqps?$/, error: 'must be amqp:// or amqps:// URLs, separated by commas' })).min(1),
  );
