import type { DecodedHeaders, HeaderField, HeaderPart } from './decoded-headers';
import { FIRST_REGULAR, Known, KNOWN_NAMES, OTHER_NAME } from './header-name';
import type { TableEntry } from './table-entry';

/** Of headers that were larger than agreed. */
const TOO_LARGE: DecodedHeaders = finished([], [], undefined, true);

/** Puts together the headers of one block after another and says how they break RFC 9113, 8.3. */
export class HeaderGatherer {
  private readonly values = new Array<string | undefined>(KNOWN_NAMES.length).fill(undefined);
  private fields: HeaderField[] = [];
  private part: HeaderPart = 'request';
  private fault: string | undefined;
  private size = 0;

  /** `maxBytes` is the most that the entries of a block may take together. */
  constructor(private readonly maxBytes: number) {}

  begin(part: HeaderPart): void {
    this.values.fill(undefined);
    this.fields = [];
    this.part = part;
    this.fault = undefined;
    this.size = 0;
  }

  /** Past the limit nothing is kept: many fields may stand in a short block. */
  add(entry: TableEntry): void {
    this.size += entry.size;
    if (this.size > this.maxBytes) return;
    const { known } = entry.name;
    if (entry.fault !== undefined) this.fault ??= entry.fault;
    else if (known < FIRST_REGULAR) this.addPseudo(known, entry.field[1]);
    else {
      if (known !== OTHER_NAME) this.values[known] ??= entry.field[1];
      this.fields.push(entry.field);
    }
  }

  finish(): DecodedHeaders {
    if (this.size > this.maxBytes) return TOO_LARGE;
    return finished(this.values, this.fields, this.fault ?? this.missing(), false);
  }

  private addPseudo(known: number, value: string): void {
    if (this.part === 'trailers') this.fault ??= 'a pseudo header in trailers';
    else if (this.fields.length > 0) this.fault ??= 'a pseudo header after others';
    else if (this.values[known] !== undefined) this.fault ??= `${KNOWN_NAMES[known]} more than once`;
    else this.values[known] = value;
  }

  private missing(): string | undefined {
    if (this.part === 'trailers') return undefined;
    const method = this.values[Known.method];
    const scheme = this.values[Known.scheme];
    const path = this.values[Known.path];
    if (!method) return 'no :method';
    if (method === 'CONNECT') {
      return scheme === undefined && path === undefined ? undefined : 'a CONNECT with :scheme or :path';
    }
    if (!scheme) return 'no :scheme';
    if (!path) return 'no :path';
    return path.startsWith('/') || (method === 'OPTIONS' && path === '*') ? undefined : 'a :path that is none';
  }
}

function finished(
  values: readonly (string | undefined)[],
  fields: readonly HeaderField[],
  malformed: string | undefined,
  tooLarge: boolean,
): DecodedHeaders {
  return {
    method: values[Known.method],
    scheme: values[Known.scheme],
    authority: values[Known.authority],
    path: values[Known.path],
    contentType: values[Known.contentType],
    te: values[Known.te],
    timeout: values[Known.timeout],
    encoding: values[Known.encoding],
    acceptEncoding: values[Known.acceptEncoding],
    authorization: values[Known.authorization],
    fields,
    malformed,
    tooLarge,
  };
}
