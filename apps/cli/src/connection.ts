import type { AdminApi, AdServerClient } from '@adlift/client';

/** The services a command talks to; `close` gives back whatever was opened or started for it. */
export interface Connection {
  readonly admin: AdminApi;
  /** With the importer's credential. */
  readonly importer: AdServerClient;
  close(): Promise<void>;
}

/** Opens a {@link Connection}; only commands that need one call it. */
export type Connect = () => Promise<Connection>;
