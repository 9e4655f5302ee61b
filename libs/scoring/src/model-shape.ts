/** Shape of a loaded model's rows: ids and numeric values a row, and values the model writes a row. */
export interface ModelShape {
  readonly idCount: number;
  readonly numericCount: number;
  readonly outputWidth: number;
}
