import { DomainError } from '@adlift/problem';
import { requireId } from '@adlift/wire';
import { kindOf, type AdContent, type FeatureKind } from './ad-content';
import { FieldProblems } from './field-problems';

export const MAX_ADS = 10_000;
/** Of an ad, and of the whole catalogue: a request has at most that many columns. */
export const MAX_FEATURES = 256;
const MAX_URL_BYTES = 2048;
const MAX_TEXT_BYTES = 1024;
/** Of one ad's features as JSON. */
const MAX_FEATURES_BYTES = 16 * 1024;
/** Features are served in single precision. */
const MAX_NUMBER = 3.4028234663852886e38;
const AD_FIELDS = ['adId', 'campaignId', 'landingUrl', 'features'];

/** The ads of `PUT /v1/ads`. Throws one `invalid_argument` DomainError that lists every wrong field by its path. */
export function parsePutAds(body: unknown): AdContent[] {
  if (!isObject(body)) throw new DomainError('invalid_argument', 'body: must be an object with "ads"', 'body');
  const unknown = Object.keys(body).find((name) => name !== 'ads');
  if (unknown !== undefined)
    throw new DomainError('invalid_argument', `${unknown}: is not a field; send "ads"`, unknown);
  const { ads } = body;
  if (!Array.isArray(ads) || ads.length < 1 || ads.length > MAX_ADS) {
    const got = Array.isArray(ads) ? `${ads.length}` : 'no list';
    throw new DomainError('invalid_argument', `ads: must be a list of 1 to ${MAX_ADS} ads, got ${got}`, 'ads');
  }
  return new AdsReader().read(ads);
}

class AdsReader {
  private readonly problems = new FieldProblems();
  private readonly places = new Map<string, number>();
  private readonly kinds = new Map<string, FeatureKind>();

  read(ads: readonly unknown[]): AdContent[] {
    const contents = ads.map((ad, i) => this.ad(ad, i));
    if (this.kinds.size > MAX_FEATURES)
      this.problems.add('ads', `have ${this.kinds.size} different features, at most ${MAX_FEATURES} are allowed`);
    this.problems.throwIfAny();
    return contents;
  }

  private ad(given: unknown, index: number): AdContent {
    const path = `ads[${index}]`;
    const ad = isObject(given) ? given : {};
    if (!isObject(given)) this.problems.add(path, 'must be an object');
    for (const name of Object.keys(ad)) {
      if (!AD_FIELDS.includes(name))
        this.problems.add(`${path}.${name}`, `is not a field; there are ${AD_FIELDS.join(', ')}`);
    }
    const adId = this.id(`${path}.adId`, ad['adId'], 1);
    const first = this.places.get(adId);
    if (first !== undefined && adId !== '') this.problems.add(`${path}.adId`, `"${adId}" is ads[${first}] already`);
    else this.places.set(adId, index);
    return {
      adId,
      campaignId: this.id(`${path}.campaignId`, ad['campaignId'] ?? '', 0),
      landingUrl: this.url(`${path}.landingUrl`, ad['landingUrl'] ?? ''),
      features: this.features(`${path}.features`, ad['features'] ?? {}),
    };
  }

  private id(field: string, value: unknown, least: number): string {
    if (typeof value !== 'string') {
      this.problems.add(field, value === undefined ? 'is missing' : 'must be a string');
      return '';
    }
    this.problems.collect(() => requireId(field, value, least));
    return value;
  }

  private url(field: string, value: unknown): string {
    if (value === '') return '';
    if (typeof value !== 'string') this.problems.add(field, 'must be a string');
    else if (Buffer.byteLength(value) > MAX_URL_BYTES)
      this.problems.add(field, `must be at most ${MAX_URL_BYTES} bytes, got ${Buffer.byteLength(value)}`);
    else if (isLandingUrl(value)) return value;
    else this.problems.add(field, 'must be an absolute http:// or https:// URL without a user name');
    return '';
  }

  private features(field: string, given: unknown): AdContent['features'] {
    if (!isObject(given)) {
      this.problems.add(field, 'must be an object of numbers, strings and nulls');
      return {};
    }
    const entries = Object.entries(given);
    if (entries.length > MAX_FEATURES) {
      this.problems.add(field, `must be at most ${MAX_FEATURES}, got ${entries.length}`);
      return {};
    }
    const kept: [string, number | string][] = [];
    for (const [name, value] of entries) {
      const path = `${field}.${name}`;
      this.problems.collect(() => requireId(path, name, 1));
      if (value === null) continue;
      const problem = featureProblem(value);
      if (problem === undefined) kept.push([name, this.ofOneKind(path, name, value as number | string)]);
      else this.problems.add(path, problem);
    }
    const features = Object.fromEntries(kept);
    const bytes = Buffer.byteLength(JSON.stringify(features));
    if (bytes > MAX_FEATURES_BYTES)
      this.problems.add(field, `must be at most ${MAX_FEATURES_BYTES} bytes as JSON, got ${bytes}`);
    return features;
  }

  private ofOneKind(path: string, name: string, value: number | string): number | string {
    const kind = kindOf(value);
    const before = this.kinds.get(name);
    if (before === undefined) this.kinds.set(name, kind);
    else if (before !== kind)
      this.problems.add(path, `is a ${kind} here and a ${before} in another ad of this request`);
    return value;
  }
}

function featureProblem(value: unknown): string | undefined {
  if (typeof value === 'number') {
    return Math.abs(value) <= MAX_NUMBER ? undefined : 'must be a number that single precision can hold';
  }
  if (typeof value !== 'string') return 'must be a number, a string or null';
  if (Buffer.byteLength(value) > MAX_TEXT_BYTES)
    return `must be at most ${MAX_TEXT_BYTES} bytes, got ${Buffer.byteLength(value)}`;
  return value.isWellFormed() && !value.includes('\0') ? undefined : 'must be well-formed Unicode text without U+0000';
}

/** A user name before the host makes one site's URL look like another's. */
function isLandingUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) || !text.isWellFormed()) return false;
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An ad id from a path. Throws InvalidField. */
export function parseAdId(text: string): string {
  requireId('adId', text, 1);
  return text;
}
