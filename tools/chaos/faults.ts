import { Client } from 'pg';
import type { App, ChaosStack } from './chaos-stack';
import { openTransaction, type OpenTransaction } from './open-transaction';
import type { Producer } from './producer';
import { until, WaitedInVain } from './until';

/** One thing that was done to the system. */
export interface FaultRecord {
  readonly fault: string;
  /** Whether something was killed with kill -9. */
  readonly killed: boolean;
  /** The transaction that was open when it was, and could no longer commit. */
  readonly transaction: OpenTransaction | undefined;
  /** What should have come of it and did not. */
  readonly failed?: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/** A session whose transactions are worth breaking, with the process that would commit them. */
interface Committer {
  readonly session: string;
  readonly app: App;
}

const FOLD: Committer = { session: 'adlift-fold', app: 'experiments' };

const SEARCH_MS = 4000;
const SEARCH_PAUSE_MS = 2;
const LOCK_MS = 1500;
const FULL_MS = 60_000;
/** Events that are acknowledged while something is away. */
const MEANWHILE = 1000;

export type Fault = (stack: ChaosStack, producer: Producer) => Promise<FaultRecord>;

/** kill -9 of the app that writes, which is the predictor without a broker, inside a transaction if one opens soon. */
export const killWriter: Fault = (stack) => killApp(stack, writerOf(stack));

/** kill -9 of the experiments app, which leads the fold. */
export const killFoldLeader: Fault = (stack) => killApp(stack, FOLD);

/** kill -9 of PostgreSQL with a transaction of the writer open. */
export const killPostgresWhileWriting: Fault = (stack) => killPostgres(stack, writerOf(stack));

/** kill -9 of PostgreSQL with a transaction of the fold open. */
export const killPostgresWhileFolding: Fault = (stack) => killPostgres(stack, FOLD);

export const killProducer: Fault = (_stack, producer) => {
  producer.kill();
  return Promise.resolve(done('kill producer', true));
};

/** Ends every session of ours, as a network that breaks would. */
export const cutConnections: Fault = async (stack) => {
  await withAdmin(stack, async (admin) => {
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'adlift-%' AND pid <> pg_backend_pid()",
    );
  });
  return done('cut connections', false);
};

export const holdLock: Fault = async (stack) => {
  await withAdmin(stack, async (admin) => {
    await admin.query('BEGIN');
    await admin.query('LOCK TABLE click IN ACCESS EXCLUSIVE MODE');
    await new Promise((resolve) => setTimeout(resolve, LOCK_MS));
    await admin.query('ROLLBACK');
  });
  return done('hold lock', false);
};

/**
 * Stops every process of PostgreSQL where it is until the predictor says that it is away: connections stay open and
 * nothing answers. Events must be acknowledged meanwhile.
 */
export const hangPostgres: Fault = async (stack, producer) => {
  const resume = stack.stopPostgres();
  try {
    await acknowledgedMore(producer);
    await until('the predictor to notice that PostgreSQL hangs', async () => (await stack.ledger()).unavailable);
  } finally {
    resume();
  }
  return done('hang PostgreSQL', false);
};

/** Keeps the writer from writing until callers are refused. */
export const fillSpool: Fault = async (stack, producer) => {
  const failed = await untilRefused(stack, producer, () => undefined);
  return { ...done('fill spool', false), failed };
};

/** The same with not a byte left on the spool's disk: it cannot grow up to its cap. */
export const fillDisk: Fault = async (stack, producer) => {
  try {
    const failed = await untilRefused(stack, producer, () => stack.disk.fill());
    return { ...done('fill disk', false), failed };
  } finally {
    stack.disk.free();
  }
};

/** Says what was wrong if events went on being acknowledged: of a spool that is full that is a broken promise. */
async function untilRefused(stack: ChaosStack, producer: Producer, meanwhile: () => void): Promise<string | undefined> {
  const before = producer.refused;
  return withAdmin(stack, async (admin) => {
    await admin.query('BEGIN');
    await admin.query('LOCK TABLE impression IN ACCESS EXCLUSIVE MODE');
    const refused = (): Promise<boolean> => {
      meanwhile();
      return Promise.resolve(producer.refused > before);
    };
    try {
      await until('events to be refused', refused, FULL_MS);
      return undefined;
    } catch (error) {
      if (error instanceof WaitedInVain) return error.message;
      throw error;
    } finally {
      await admin.query('ROLLBACK');
    }
  });
}

async function killApp(stack: ChaosStack, whose: Committer): Promise<FaultRecord> {
  const transaction = await withAdmin(stack, (admin) => freeze(stack, admin, whose));
  await stack.killApp(whose.app);
  await stack.startApp(whose.app);
  return { ...done(`kill ${whose.app}`, true), transaction };
}

function writerOf({ writing }: ChaosStack): Committer {
  return { session: 'adlift-writer', app: writing };
}

async function killPostgres(stack: ChaosStack, whose: Committer): Promise<FaultRecord> {
  const transaction = await withAdmin(stack, (admin) => freeze(stack, admin, whose));
  await stack.killPostgres();
  process.kill(stack.pidOf(whose.app), 'SIGCONT');
  await stack.startPostgres();
  return { ...done('kill PostgreSQL', true), transaction };
}

/**
 * Stops the process while a transaction of its session is open that has written: it cannot commit any more. Without
 * one within some seconds the process is stopped all the same, and nothing is returned.
 */
async function freeze(
  stack: ChaosStack,
  admin: Client,
  { session, app }: Committer,
): Promise<OpenTransaction | undefined> {
  const pid = stack.pidOf(app);
  const deadline = Date.now() + SEARCH_MS;
  while (Date.now() < deadline) {
    const found = await openTransaction(admin, session);
    if (found !== undefined) {
      process.kill(pid, 'SIGSTOP');
      // What it had sent before it was stopped may have been the COMMIT.
      const still = await openTransaction(admin, session);
      if (still?.pid === found.pid && still.startedAt === found.startedAt) return still;
      process.kill(pid, 'SIGCONT');
    }
    await new Promise((resolve) => setTimeout(resolve, SEARCH_PAUSE_MS));
  }
  process.kill(pid, 'SIGSTOP');
  return undefined;
}

/** Until many events were acknowledged that were not when this was called. */
export async function acknowledgedMore(producer: Producer): Promise<void> {
  const due = producer.acknowledged + MEANWHILE;
  await until('events to be acknowledged meanwhile', () => {
    producer.check();
    return Promise.resolve(producer.acknowledged >= due);
  });
}

export async function withAdmin<T>(stack: ChaosStack, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: stack.databaseUrl, application_name: 'chaos' });
  admin.on('error', () => undefined);
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end().catch(() => undefined);
  }
}

export function done(fault: string, killed: boolean): FaultRecord {
  return { fault, killed, transaction: undefined, at: Date.now() };
}
