/** The promise of one append, whose records may be in several blobs: kept when all are durable, broken by the first error. */
export class Settlement {
  private readonly outcome = Promise.withResolvers<void>();
  private open = 0;
  private error: Error | undefined;

  get promise(): Promise<void> {
    return this.outcome.promise;
  }

  /** One more blob is part of it. */
  hold(): void {
    this.open++;
  }

  /** One of its blobs is durable, or failed. */
  settle(error: Error | undefined): void {
    this.error ??= error;
    this.open--;
    if (this.open > 0) return;
    if (this.error === undefined) this.outcome.resolve();
    else this.outcome.reject(this.error);
  }
}
