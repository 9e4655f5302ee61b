import { Repeating } from '@adlift/background';
import { GRANTS, type Grant } from './grant';
import type { KeyRegistry } from './key-registry';

/** The part of a connection pool that is used here. */
interface Database {
  query(sql: string): Promise<{ rows: { name: string; hash: string; grants: string[]; expires_at: Date | null }[] }>;
}

export interface StoredKeysOptions {
  readonly database: Database;
  readonly registry: KeyRegistry;
  readonly refreshMs: number;
  /** Told once when keys cannot be read; those read before stay in force. */
  readonly onTrouble: (error: Error) => void;
}

/** Keeps the keys of the table `api_key` in a registry's memory, so that no call waits for PostgreSQL. */
export class StoredKeys {
  private readonly reading: Repeating;

  constructor(private readonly options: StoredKeysOptions) {
    this.reading = new Repeating({
      turn: async () => {
        await this.refresh();
        return options.refreshMs;
      },
      failed: (error, again) => {
        if (!again) options.onTrouble(error);
        return options.refreshMs;
      },
    });
  }

  start(): void {
    this.reading.start();
  }

  /** Resolves when the registry knows what the table says now. */
  async refresh(): Promise<void> {
    const { rows } = await this.options.database.query(
      'SELECT name, hash, grants, expires_at FROM api_key WHERE revoked_at IS NULL AND (expires_at > now() OR expires_at IS NULL)',
    );
    this.options.registry.replaceStored(
      rows.map(({ name, hash, grants, expires_at }) => ({
        name,
        hash,
        // A newer version may have stored grants that this one does not know.
        grants: grants.filter((grant): grant is Grant => (GRANTS as readonly string[]).includes(grant)),
        expiresAtMs: expires_at?.getTime(),
      })),
    );
  }

  end(): Promise<void> {
    return this.reading.end();
  }
}
