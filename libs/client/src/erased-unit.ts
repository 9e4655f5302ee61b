/** What `DELETE /v1/units/UNIT` erased. */
export interface ErasedUnit {
  /** Rows by table; tables that held none are left out. */
  readonly rows: Readonly<Record<string, number>>;
  /** Days ("YYYY-MM-DD") whose kept sums can no longer be recounted from the raw rows. */
  readonly sealedDays: readonly string[];
}
