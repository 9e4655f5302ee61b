import { z } from 'zod';
import { ConfigError, readConfig } from './read-config';
import { amqpUrls, databaseUrl, httpUrl, milliseconds, port } from './variables';

const schema = z.object({
  HTTP_PORT: port(3000),
  DATABASE_URL: databaseUrl,
  UNLEASH_URL: httpUrl.optional(),
  AMQP_URL: amqpUrls.optional(),
  REFRESH_MS: milliseconds(2000),
  CLIENT_TOKEN: z.string().min(8).optional(),
  LEVEL: z.enum(['debug', 'info']).default('info'),
});
const DATABASE_URL = 'postgres://ann:secret-word@db:5432/adlift';

function complaint(env: Record<string, string | undefined>): string {
  try {
    readConfig(schema, { DATABASE_URL, ...env });
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('the environment was taken');
}

describe('readConfig', () => {
  it('gives a frozen object with defaults for what is not set, or set to nothing', () => {
    const config = readConfig(schema, { DATABASE_URL, HTTP_PORT: '', OTHER: 'x' });
    expect(config).toEqual({ DATABASE_URL, HTTP_PORT: 3000, REFRESH_MS: 2000, LEVEL: 'info' });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('reads numbers, and URLs without their last slash', () => {
    const config = readConfig(schema, { DATABASE_URL, HTTP_PORT: '8080', UNLEASH_URL: 'http://flags:4242//' });
    expect([config.HTTP_PORT, config.UNLEASH_URL]).toEqual([8080, 'http://flags:4242']);
  });

  it.each([
    [{ HTTP_PORT: '70000' }, 'HTTP_PORT is "70000": must be a port, 1 to 65535'],
    [{ HTTP_PORT: 'http' }, 'HTTP_PORT is "http": must be a port, 1 to 65535'],
    [{ HTTP_PORT: '80.5' }, 'HTTP_PORT is "80.5": must be a port, 1 to 65535'],
    [{ REFRESH_MS: '0' }, 'REFRESH_MS is "0": must be at least 1 ms'],
    [{ REFRESH_MS: '1.5' }, 'REFRESH_MS is "1.5": must be whole milliseconds'],
    [{ UNLEASH_URL: 'flags:4242' }, 'UNLEASH_URL is "flags:4242": must be an http:// or https:// URL'],
    [{ DATABASE_URL: undefined }, 'DATABASE_URL is not set: must be a postgres:// URL'],
  ])('names the variable, its value and what is allowed: %j', (env, message) => {
    expect(complaint(env)).toBe(message);
  });

  it('names the values that are allowed', () => {
    expect(complaint({ LEVEL: 'loud' })).toMatch(/^LEVEL is "loud": .*"debug"\|"info"/);
  });

  it('lists every wrong variable at once', () => {
    expect(complaint({ HTTP_PORT: '0', LEVEL: 'loud' }).split('\n')).toHaveLength(2);
  });

  it('reads the nodes of a cluster', () => {
    const { AMQP_URL } = readConfig(schema, { DATABASE_URL, AMQP_URL: 'amqp://a@one:5672, amqps://b@two' });
    expect(AMQP_URL).toEqual(['amqp://a@one:5672', 'amqps://b@two']);
    expect(complaint({ AMQP_URL: 'amqp://a:hush@one,http://two' })).toBe(
      'AMQP_URL is "***": must be amqp:// or amqps:// URLs, separated by commas',
    );
  });

  it('never shows a secret', () => {
    const message = complaint({ CLIENT_TOKEN: 'hush', DATABASE_URL: 'mysql://ann:secret-word@db/adlift' });
    expect(message).toContain('CLIENT_TOKEN is "***"');
    expect(message).toContain('DATABASE_URL is "***": must be a postgres:// URL');
    expect(message).not.toMatch(/hush|secret-word/);
  });
});
