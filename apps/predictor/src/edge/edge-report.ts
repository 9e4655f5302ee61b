import type { EventReport, ReportedKind } from '../events/event-report';
import type { EdgeFields } from './edge-fields';

const FOLLOWED: Readonly<Record<string, EventReport['followedRank']>> = {
  '1': 'followed',
  '0': 'overruled',
  followed: 'followed',
  overruled: 'overruled',
  unknown: 'unknown',
};
const VIEWABLE: Readonly<Record<string, EventReport['viewable']>> = {
  '1': 'yes',
  '0': 'no',
  yes: 'yes',
  no: 'no',
  unknown: 'unknown',
};
const WHOLE = /^-?[0-9]{1,16}$/;

/** What a browser may say of an event. Its clock, and anything about money that is not signed, does not count. */
const BROWSER_FIELDS = ['position', 'followed', 'viewable', 'charge', 'reason'] as const;
const POSTBACK_FIELDS = ['conversion_id', 'kind', 'value', 'charge', 'currency', 'time', 'reason'] as const;
type Field = (typeof BROWSER_FIELDS)[number] | (typeof POSTBACK_FIELDS)[number];

/** Either the report, or the first field that cannot be read. */
export type ReadReport = { readonly report: EventReport } | { readonly malformed: string };

/** The event that a browser's URL tells of; a charge in it must have been verified before. */
export function browserReport(kind: ReportedKind, token: string, fields: EdgeFields): ReadReport {
  return read(kind, token, fields, BROWSER_FIELDS);
}

/** Whether a field says something of a click, or vouches for what does. */
export function isOfClick(name: string): boolean {
  return name === 'sig' || (BROWSER_FIELDS as readonly string[]).includes(name);
}

/** The event of a server's postback. */
export function postbackReport(kind: ReportedKind, token: string, fields: EdgeFields): ReadReport {
  return read(kind, token, fields, POSTBACK_FIELDS);
}

function read(kind: ReportedKind, token: string, fields: EdgeFields, allowed: readonly Field[]): ReadReport {
  let malformed: string | undefined;
  const text = (field: Field): string => (allowed.includes(field) ? (fields.get(field) ?? '') : '');
  const whole = (field: Field, what: string): number => {
    const given = text(field);
    if (given !== '' && !WHOLE.test(given)) malformed ??= `${field}: must be ${what}`;
    return given === '' ? 0 : Number(given);
  };
  const oneOf = <T extends string>(field: Field, values: Readonly<Record<string, T>>, byDefault: T): T => {
    const given = text(field);
    if (given === '') return byDefault;
    const value = Object.hasOwn(values, given) ? values[given] : undefined;
    if (value === undefined) malformed ??= `${field}: must be one of ${Object.keys(values).join(', ')}`;
    return value ?? byDefault;
  };
  const report: EventReport = {
    kind,
    token,
    timeMs: whole('time', 'Unix milliseconds'),
    position: whole('position', 'a whole number'),
    followedRank: oneOf('followed', FOLLOWED, 'unknown'),
    viewable: oneOf('viewable', VIEWABLE, 'unknown'),
    chargedMicros: whole('charge', 'whole micros'),
    currency: text('currency'),
    conversionId: text('conversion_id'),
    conversionKind: text('kind'),
    valueMicros: whole('value', 'whole micros'),
    reason: text('reason'),
  };
  return malformed === undefined ? { report } : { malformed };
}
