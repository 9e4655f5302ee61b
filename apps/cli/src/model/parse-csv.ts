import { CliError } from '../cli-error';

/** One record of a CSV file, and the line that it begins on, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Records of comma-separated text as RFC 4180 writes it: quoted cells may hold commas, doubled quotes and line ends.
 * Throws CliError naming the line of a misplaced quote.
 */
export function parseCsv(file: string, text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  let line = 1;
  while (pattern.lastIndex < text.length) {
    const cells: string[] = [];
    const begins = line;
    for (let end: string | undefined = ','; end === ',';) {
      const found = pattern.exec(text);
      if (found === null) throw new CliError(`${file}, line ${line}: a quote is not where a cell begins or ends`);
      const [whole, quoted, plain = '', separator] = found;
      cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
      line += whole.split('\n').length - 1;
      end = separator;
    }
    if (cells.length > 1 || cells[0] !== '') records.push({ line: begins, cells });
  }
  return records;
}
