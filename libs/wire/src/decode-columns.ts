import type { Column } from './column';
import { ColumnDecoder, pathOf } from './decode-column';
import { InvalidField, MAX_COLUMNS } from './predict-request';
import { ColumnLayout, RequestColumns } from './request-columns';
import type { WireReader } from './wire-reader';

const decoder = new ColumnDecoder();
/** That of the request before, which the next one most likely has as well. */
let lastLayout = new ColumnLayout([]);

/** Gathers the columns of one request, and where their bytes lie in its message. */
export class ColumnCollector {
  private readonly list: (Column | undefined)[] = [];
  /** Set when a name is another than that of the request before in the same place. */
  private names: string[] | undefined;
  private readonly pieces: Uint8Array[] = [];
  private pieceStart = 0;
  private pieceEnd = 0;

  constructor(private readonly bytes: Buffer) {}

  /** Takes in the column field whose tag begins at `start`; the reader stands behind the tag. Throws InvalidField. */
  add(reader: WireReader, start: number): void {
    const place = this.list.length;
    // Here and not afterwards: empty ones cost the sender little, and the layout outlives the request.
    if (place === MAX_COLUMNS) throw new InvalidField('columns', `at most ${MAX_COLUMNS} columns`);
    const end = reader.delimited();
    this.list.push(decoder.decode(reader, end, place));
    const { name } = decoder;
    if (this.names !== undefined) this.names.push(name);
    else if (name !== lastLayout.names[place]) this.names = [...lastLayout.names.slice(0, place), name];
    // Columns that follow one another are kept in one piece.
    if (start !== this.pieceEnd) this.endPiece(start);
    this.pieceEnd = end;
  }

  /** The columns. Throws InvalidField for two of one name. */
  columns(): RequestColumns {
    if (this.names === undefined && this.list.length !== lastLayout.names.length) {
      this.names = lastLayout.names.slice(0, this.list.length);
    }
    if (this.names !== undefined) {
      requireDistinct(this.names);
      lastLayout = new ColumnLayout(this.names);
    }
    return new RequestColumns(lastLayout, this.list);
  }

  /** The column fields as they were sent, in as many pieces as other fields stand between them. */
  rawColumns(): readonly Uint8Array[] {
    this.endPiece(0);
    return this.pieces;
  }

  private endPiece(nextStart: number): void {
    const { bytes, pieceStart, pieceEnd } = this;
    if (pieceEnd > pieceStart) {
      this.pieces.push(new Uint8Array(bytes.buffer, bytes.byteOffset + pieceStart, pieceEnd - pieceStart));
    }
    this.pieceStart = nextStart;
    this.pieceEnd = nextStart;
  }
}

function requireDistinct(names: readonly string[]): void {
  const seen = new Set<string>();
  names.forEach((name, place) => {
    if (seen.has(name)) throw new InvalidField(`${pathOf(place)}.name`, `"${name}" appears twice`);
    seen.add(name);
  });
}
