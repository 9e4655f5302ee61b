import type { DecodedHeaders, HeaderField, HeaderPart } from './decoded-headers';
import { FIRST_REGULAR, KNOWN_NAMES, OTHER_NAME } from './header-name';
import type { TableEntry } from './table-entry';

const METHOD = KNOWN_NAMES.indexOf(':method');
const SCHEME = KNOWN_NAMES.indexOf(':scheme');
const PATH = KNOWN_NAMES.indexOf(':path');

/** Puts together the headers of one block and says how they break RFC 9113, 8.3. */
export class HeaderGatherer {
  private readonly values = new Array<string | undefined>(KNOWN_NAMES.length).fill(undefined);
  private readonly fields: HeaderField[] = [];
  private fault: string | undefined;
  private size = 0;

  constructor(
    private readonly part: HeaderPart,
    private readonly maxBytes: number,
  ) {}

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
    const tooLarge = this.size > this.maxBytes;
    const [method, scheme, authority, path, contentType, te, timeout, encoding, acceptEncoding, authorization] =
      tooLarge ? [] : this.values;
    const malformed = tooLarge ? undefined : (this.fault ?? this.missing());
    const fields = tooLarge ? [] : this.fields;
    return {
      ...{ method, scheme, authority, path, contentType, te, timeout, encoding, acceptEncoding, authorization },
      ...{ fields, malformed, tooLarge },
    };
  }

  private addPseudo(known: number, value: string): void {
    if (this.part === 'trailers') this.fault ??= 'a pseudo header in trailers';
    else if (this.fields.length > 0) this.fault ??= 'a pseudo header after others';
    else if (this.values[known] !== undefined) this.fault ??= `${KNOWN_NAMES[known]} more than once`;
    else this.values[known] = value;
  }

  private missing(): string | undefined {
    if (this.part === 'trailers') return undefined;
    const { [METHOD]: method, [SCHEME]: scheme, [PATH]: path } = this.values;
    if (!method) return 'no :method';
    if (method === 'CONNECT') {
      return scheme === undefined && path === undefined ? undefined : 'a CONNECT with :scheme or :path';
    }
    if (!scheme) return 'no :scheme';
    if (!path) return 'no :path';
    return path.startsWith('/') || (method === 'OPTIONS' && path === '*') ? undefined : 'a :path that is none';
  }
}
