/** A key that was made through the API, without the key itself. Times in ISO 8601. */
export interface KeyView {
  readonly id: string;
  readonly name: string;
  readonly grants: readonly string[];
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly revokedBy: string | null;
}

/** The answer to making a key: the only one with the key. */
export interface MadeKey extends KeyView {
  readonly key: string;
}

/** Who is told of changes. Times in ISO 8601. */
export interface WebhookView {
  readonly id: string;
  readonly url: string;
  /** Actions of the audit that are told; with * at the end, all that begin so. */
  readonly actions: readonly string[];
  readonly createdAt: string;
  readonly createdBy: string;
  /** Deliveries that are still tried. */
  readonly waiting: number;
  readonly lastError: string | null;
}

/** The answer to making a webhook: the only one with the secret that signs what it is told. */
export interface MadeWebhook extends WebhookView {
  readonly secret: string;
}

/** One change, from what to what. */
export interface AuditEntry {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The answer of `GET /v1/audit`, the newest first. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** For the next page; null on the last one. */
  readonly nextCursor: string | null;
}

/** Which of them; times in ISO 8601. */
export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: string;
  readonly cursor?: string;
}
