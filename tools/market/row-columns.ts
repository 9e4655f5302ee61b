import type { Column, Columns } from '@adlift/wire';
import { CANDIDATES } from './market-size';
import type { Traffic } from './traffic';
import { NO_CITY } from './units';
import type { World } from './world';

/** Feature columns of `requests.length` rows, row i being the ad `ads[i]` shown at request `requests[i]`. */
export function rowColumns(world: World, traffic: Traffic, requests: Uint32Array, ads: ArrayLike<number>): Columns {
  return new Map([...contextColumns(world, traffic, requests), ...adColumns(world, ads)]);
}

/** Feature columns of one request: the context has length 1, the ads' columns one entry per candidate. */
export function requestColumns(world: World, traffic: Traffic, request: number): Columns {
  const ads = traffic.candidates.subarray(request * CANDIDATES, (request + 1) * CANDIDATES);
  return rowColumns(world, traffic, Uint32Array.of(request), ads);
}

/** The features that are the same for every ad, one row per request of `requests`. */
export function contextColumns(world: World, traffic: Traffic, requests: Uint32Array): Columns {
  const { units, unit } = traffic;
  const { segments, sites, devices, cities } = world.names;
  const ofUnit = (values: ArrayLike<number>): Uint32Array => requests.map((request) => values[unit[request]]);
  const age = Float32Array.from(requests, (request) => units.age[unit[request]]);
  const city = ofUnit(units.city);
  const noAge = missingWhere(age, Number.isNaN);
  const noCity = missingWhere(city, (value) => value === NO_CITY);
  return new Map<string, Column>([
    ['segment', textColumn(segments, ofUnit(units.segment))],
    [
      'site',
      textColumn(
        sites,
        requests.map((request) => traffic.site[request]),
      ),
    ],
    ['device', textColumn(devices, ofUnit(units.device))],
    ['city', { ...textColumn(cities, city), ...(noCity && { missing: noCity }) }],
    ['hour', { kind: 'i32', values: Int32Array.from(requests, (request) => traffic.hour[request]) }],
    ['age', { kind: 'f32', values: age.map((years) => years || 0), ...(noAge && { missing: noAge }) }],
    ['session_depth', { kind: 'f32', values: Float32Array.from(requests, (request) => traffic.depth[request]) }],
  ]);
}

/** The features that differ between ads, one row per ad of `ads`. */
export function adColumns(world: World, ads: ArrayLike<number>): Columns {
  const shown = Array.from(ads, (ad) => world.ads[ad]);
  return new Map([
    ['ad_id', dictionary(shown.map((ad) => ad.id))],
    ['campaign_id', dictionary(shown.map((ad) => ad.campaignId))],
    ['category', dictionary(shown.map((ad) => ad.category))],
  ]);
}

/** Whether the feature is one of those that differ between ads. */
export function isAdFeature(name: string): boolean {
  return name === 'ad_id' || name === 'campaign_id' || name === 'category';
}

/** Keeps the whole list as the dictionary for many rows, and only the values that occur for few. */
function textColumn(names: readonly string[], idx: Uint32Array): Column {
  if (idx.length >= names.length) return { kind: 'dict', dict: names, idx };
  return dictionary(Array.from(idx, (i) => names[i] ?? ''));
}

function dictionary(values: readonly string[]): Column {
  const places = new Map<string, number>();
  const idx = Uint32Array.from(values, (value) => {
    const place = places.get(value) ?? places.size;
    places.set(value, place);
    return place;
  });
  return { kind: 'dict', dict: [...places.keys()], idx };
}

function missingWhere<T>(values: ArrayLike<T>, isMissing: (value: T) => boolean): Uint8Array | undefined {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  let any = false;
  for (let i = 0; i < values.length; i++) {
    if (!isMissing(values[i])) continue;
    bits[i >> 3] |= 1 << (i & 7);
    any = true;
  }
  return any ? bits : undefined;
}
