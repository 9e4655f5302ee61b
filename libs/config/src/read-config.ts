import type { z } from 'zod';

/** A wrong environment variable; the message names it, its value and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Parses the environment once, at boot, into a frozen object. Throws {@link ConfigError} listing every wrong variable. */
export function readConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<z.output<Schema>> {
  // An empty variable is what a compose file makes of an unset one.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const value = given[name];
    const shown = value === undefined ? 'is not set' : `is "${isSecret(name) ? '***' : value}"`;
    return `${name} ${shown}: ${issue.message}`;
  });
  throw new ConfigError(problems.join('\n'));
}

function isSecret(name: string): boolean {
  return /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|DATABASE_URL|AMQP_URL/.test(name);
}
