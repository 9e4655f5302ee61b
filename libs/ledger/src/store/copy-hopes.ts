/** SQLSTATE of a row that is there already. */
const UNIQUE_VIOLATION = '23505';
/** Batches that are looked at record by record after one in which something was there already: repeats come in crowds. */
const WARY = 8;

/** Whether a batch is worth copying in the hope that nothing of it is there already. */
export class CopyHopes {
  private waryFor = 0;

  /** True when all records were new and `copy` has stored them; false when nothing was done. */
  async copied(copy: () => Promise<boolean>): Promise<boolean> {
    if (this.waryFor > 0) {
      this.waryFor--;
      return false;
    }
    return copy();
  }

  /** Whether a failed batch was only copied in vain; it will not be when it is tried again. */
  inVain(error: unknown): boolean {
    if (this.waryFor > 0 || (error as { code?: string }).code !== UNIQUE_VIOLATION) return false;
    this.waryFor = WARY;
    return true;
  }
}
