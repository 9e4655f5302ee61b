import type { DataSource, EntityManager } from 'typeorm';

/**
 * Does `work` in a transaction unless another process is at it, which it excludes by the advisory lock until the
 * transaction ends. Resolves with whether it was done.
 */
export function inOneProcess(
  source: DataSource,
  lock: number,
  work: (manager: EntityManager) => Promise<void>,
): Promise<boolean> {
  return source.transaction(async (manager) => {
    const [row] = await manager.query<[{ taken: boolean }]>('SELECT pg_try_advisory_xact_lock($1) AS taken', [lock]);
    if (row.taken) await work(manager);
    return row.taken;
  });
}
