import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { Client } from 'pg';
import { BuiltStack, freshEnvironment, launch, said } from './setup/built-stack';

const homes: string[] = [];
let stack: BuiltStack;

beforeAll(async () => {
  stack = await BuiltStack.start();
}, 60_000);

afterAll(async () => {
  await stack.stop();
  for (const home of homes) rmSync(home, { recursive: true, force: true });
}, 30_000);

describe('a second start', () => {
  it('is refused on a home whose stack is up, and leaves that one alone', async () => {
    const other = await freshEnvironment();
    homes.push(other.ADLIFT_HOME);
    const refused = await outcome({ ...other, ADLIFT_HOME: stack.home });
    expect(refused.code).toBe(1);
    expect(refused.said).toContain(`a stack is up on ${stack.home} already (pid ${stack.pid}); use it, stop it`);
    expect(existsSync(join(stack.home, 'running.json'))).toBe(true);
    expect(await answers(stack)).toBe(true);
    expect(await query(stack.addresses().databaseUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it.each(['EXPERIMENTS_PORT', 'POSTGRES_PORT'])('names %s when that port is in use', async (name) => {
    const env = await freshEnvironment({ [name]: stack.env[name] });
    homes.push(env.ADLIFT_HOME);
    const refused = await outcome(env);
    expect(refused.code).toBe(1);
    expect(refused.said).toContain(`is in use; choose another one with ${name}=PORT`);
    expect(processesOf(env.ADLIFT_HOME)).toEqual([]);
  });

  it('names both variables when two ports are the same', async () => {
    const env = await freshEnvironment({ UNLEASH_PORT: '5999', POSTGRES_PORT: '5999' });
    homes.push(env.ADLIFT_HOME);
    const refused = await outcome(env);
    expect(refused.code).toBe(1);
    expect(refused.said).toMatch(/POSTGRES_PORT is "5999".*UNLEASH_PORT/);
  });
});

describe('a stack on outside services', () => {
  it('keeps the embedded Unleash to a schema of its own on an outside database', async () => {
    const database = await freshDatabase('outside');
    const outside = await BuiltStack.start({ DATABASE_URL: database });
    try {
      expect(await answers(outside)).toBe(true);
      expect(childrenOf(outside.pid)).toHaveLength(3);
      expect(await schemasOf(database, 'features')).toEqual(['unleash']);
      expect(await schemasOf(database, 'migrations')).toEqual(['unleash']);
      expect(await schemasOf(database, 'adlift_migration')).toEqual(['public']);
    } finally {
      await outside.stop();
    }
  }, 60_000);

  it('starts the two apps alone when the database and Unleash are outside', async () => {
    const secrets = JSON.parse(readFileSync(join(stack.home, 'secrets.json'), 'utf8')) as Record<string, string>;
    const outside = await BuiltStack.start({
      DATABASE_URL: await freshDatabase('outside_both'),
      UNLEASH_URL: stack.addresses().unleashUrl,
      UNLEASH_ADMIN_TOKEN: secrets['unleashAdminToken'],
      UNLEASH_CLIENT_TOKEN: secrets['unleashClientToken'],
    });
    try {
      expect(await answers(outside)).toBe(true);
      expect(childrenOf(outside.pid)).toHaveLength(2);
    } finally {
      await outside.stop();
    }
  }, 60_000);
});

describe('the end of a stack', () => {
  it('leaves no process behind when SIGTERM comes during the boot', async () => {
    const env = await freshEnvironment();
    homes.push(env.ADLIFT_HOME);
    const launcher = launch(env);
    await said(launcher, 'PostgreSQL   postgres://');
    await until(() => processesOf(env.ADLIFT_HOME).length > 2);
    launcher.kill('SIGTERM');
    await once(launcher, 'exit');
    expect(launcher.exitCode).toBe(130);
    expect(processesOf(env.ADLIFT_HOME)).toEqual([]);
    expect(readdirSync(env.ADLIFT_HOME)).not.toContain('launcher.pid');
  }, 60_000);

  it('keeps the data when the launcher is killed, and the next start adopts the database', async () => {
    const { databaseUrl } = stack.addresses();
    await query(databaseUrl, "CREATE TABLE kept AS SELECT 'still here' AS what");
    const [server] = await query(databaseUrl, 'SELECT pg_postmaster_start_time()::text AS since');
    await stack.kill();
    await until(() => processesOf(stack.home).length <= 1);
    stack = await stack.restart();
    expect(await answers(stack)).toBe(true);
    expect(await query(databaseUrl, 'SELECT what FROM kept')).toEqual([{ what: 'still here' }]);
    expect(await query(databaseUrl, 'SELECT pg_postmaster_start_time()::text AS since')).toEqual([server]);
  }, 60_000);

  it('comes when its PostgreSQL dies', async () => {
    const [server] = processesOf(stack.home).filter(({ command }) => command.includes('bin/postgres'));
    process.kill(server?.pid, 'SIGINT');
    expect(await stack.exitCode()).toBe(1);
    await until(() => processesOf(stack.home).length === 0);
  }, 60_000);
});

async function outcome(env: NodeJS.ProcessEnv): Promise<{ code: number | null; said: string }> {
  const launcher = launch(env);
  const [lines] = await Promise.all([text(launcher.stderr as Readable), once(launcher, 'exit')]);
  return { code: launcher.exitCode, said: lines };
}

async function answers(running: BuiltStack): Promise<boolean> {
  const { experimentsUrl, predictorUrl } = running.addresses();
  const all = await Promise.all([experimentsUrl, predictorUrl].map((url) => fetch(`${url}/livez`)));
  return all.every(({ ok }) => ok);
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function freshDatabase(name: string): Promise<string> {
  const { databaseUrl } = stack.addresses();
  await query(databaseUrl, `CREATE DATABASE ${name}`);
  return databaseUrl.replace(/\/adlift$/, `/${name}`);
}

async function schemasOf(url: string, table: string): Promise<unknown[]> {
  const rows = await query(url, `SELECT schemaname FROM pg_tables WHERE tablename = '${table}' ORDER BY 1`);
  return rows.map((row) => (row as { schemaname: string }).schemaname);
}

function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
}

/** Living processes that were started with this home. */
function processesOf(home: string): { pid: number; command: string }[] {
  return readdirSync('/proc').flatMap((entry) => {
    try {
      if (!readFileSync(`/proc/${entry}/environ`, 'utf8').includes(`ADLIFT_HOME=${home}\0`)) return [];
      return [{ pid: Number(entry), command: readFileSync(`/proc/${entry}/cmdline`, 'utf8') }];
    } catch {
      return [];
    }
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}
