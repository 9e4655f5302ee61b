import type { Column, Columns } from './column';

/**
 * The names of a request's columns in the order in which they were sent. Callers send the same names every time, so
 * requests share layouts, and what is worked out for a layout need not be worked out for a request.
 */
export class ColumnLayout {
  private readonly places: ReadonlyMap<string, number>;

  /** `names` are distinct. */
  constructor(readonly names: readonly string[]) {
    this.places = new Map(names.map((name, place) => [name, place]));
  }

  /** The place of a column; -1 when the layout has none of that name. */
  placeOf(name: string): number {
    return this.places.get(name) ?? -1;
  }
}

/** The columns of one request. A column that was sent empty is absent: it has a place, and `undefined` is there. */
export class RequestColumns implements Columns {
  constructor(
    readonly layout: ColumnLayout,
    readonly list: readonly (Column | undefined)[],
  ) {}

  get size(): number {
    let size = 0;
    for (const column of this.list) if (column !== undefined) size++;
    return size;
  }

  get(name: string): Column | undefined {
    const place = this.layout.placeOf(name);
    return place < 0 ? undefined : this.list[place];
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  forEach(look: (column: Column, name: string) => void): void {
    for (let place = 0; place < this.list.length; place++) {
      const column = this.list[place];
      if (column !== undefined) look(column, this.layout.names[place] ?? '');
    }
  }

  *keys(): Generator<string> {
    for (const [name] of this) yield name;
  }

  *[Symbol.iterator](): Generator<[string, Column]> {
    for (let place = 0; place < this.list.length; place++) {
      const column = this.list[place];
      if (column !== undefined) yield [this.layout.names[place] ?? '', column];
    }
  }
}
