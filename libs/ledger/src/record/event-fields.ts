import { STAGED_COLUMNS, type EventRecord } from './event-record';
import { RowFields } from './row-fields';

/** Columns of a staged row by their place in it. */
const PLACES = new Map(STAGED_COLUMNS.split(',').map((column, place) => [column.trim(), place]));

/** Where a column stands in a staged row. Throws for one that is not there. */
export function placeOf(column: string): number {
  const place = PLACES.get(column);
  if (place === undefined) throw new RangeError(`"${column}" is not a staged column`);
  return place;
}

/** The fields of one staged row at a time. */
export class EventFields extends RowFields {
  constructor() {
    super(PLACES.size);
  }

  /** False for a row that is not made of the columns it should be, which PostgreSQL is to refuse. */
  readEvent({ memory, rowAt, end }: EventRecord): boolean {
    return this.read(memory, rowAt, end);
  }
}
