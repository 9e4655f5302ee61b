/* global document, FormData, URLSearchParams */
import { element, fetchJson, table } from './element.js';
import { duration, moment } from './format.js';
import { showTrace } from './waterfall.js';

const FIELDS = ['traceId', 'predictionId', 'experiment', 'variant', 'minDurationMs', 'error'];

const form = document.getElementById('search');
const status = document.getElementById('search-status');
const results = document.getElementById('results');
const place = document.getElementById('trace');

/** What the form asks for, as the page's own query string. */
export function formQuery() {
  const filled = [...new FormData(form)]
    .map(([name, value]) => [name, value.trim()])
    .filter(([, value]) => value !== '');
  return new URLSearchParams(filled);
}

/** Fills the form with what the page's query string asks for. */
export function fillForm(query) {
  for (const name of FIELDS) {
    if (name === 'error') form.elements.error.checked = query.get('error') === 'true';
    else form.elements[name].value = query.get(name) ?? '';
  }
}

let turns = 0;

/** Shows what the page's query string asks for: a search, one trace, both, or neither. */
export async function showQuery(query) {
  // An answer that comes after the next question is not shown.
  const turn = ++turns;
  const isCurrent = () => turn === turns;
  const search = new URLSearchParams([...query].filter(([name]) => FIELDS.includes(name)));
  await showResults(search, isCurrent);
  if (!isCurrent()) return;
  const trace = query.get('trace');
  if (trace === null) place.replaceChildren();
  else await openTrace(trace, isCurrent);
}

async function showResults(search, isCurrent) {
  results.replaceChildren();
  status.textContent = '';
  status.className = 'quiet';
  if (search.size === 0) return;
  try {
    const { traces, nextCursor } = await fetchJson(`/v1/traces?${search}`);
    const words = await wording(search, traces.length, nextCursor !== null);
    if (!isCurrent()) return;
    status.textContent = words;
    if (traces.length > 0) results.append(table('Found traces', HEADS, traces.map(resultRow)));
  } catch (error) {
    if (isCurrent()) fail(error);
  }
}

const HEADS = ['Started', 'Trace', 'Service', 'Duration', 'Spans', 'Experiment', 'Variant'];

async function wording(search, found, more) {
  if (found > 0)
    return `${found} ${found === 1 ? 'trace' : 'traces'}, the newest first${more ? '; there are more' : ''}.`;
  const predictionId = search.get('predictionId');
  if (predictionId === null) return 'No kept trace is like that.';
  return fetchJson(`/v1/predictions/${encodeURIComponent(predictionId)}/trace`).then(
    () => 'The trace of this prediction has none of the other things searched for.',
    (error) => `${error.message}.`,
  );
}

function resultRow({ traceId, name, service, startedAt, durationMs, spans, error, experiment, variant }) {
  return element(
    'tr',
    {},
    element('td', {}, moment(startedAt)),
    element(
      'th',
      { scope: 'row' },
      element('a', { href: `/?trace=${traceId}`, 'data-trace': traceId }, name === '' ? traceId : name),
      error ? element('span', { class: 'badge down' }, 'error') : null,
      element('small', {}, ` ${traceId.slice(0, 8)}`),
    ),
    element('td', {}, service),
    element('td', { class: 'number' }, duration(durationMs * 1000)),
    element('td', { class: 'number' }, String(spans)),
    element('td', {}, experiment ?? ''),
    element('td', {}, variant ?? ''),
  );
}

async function openTrace(traceId, isCurrent) {
  try {
    const trace = await fetchJson(`/v1/traces/${encodeURIComponent(traceId)}`);
    if (isCurrent()) showTrace(place, trace);
  } catch (error) {
    if (!isCurrent()) return;
    place.replaceChildren();
    fail(error);
  }
}

function fail(error) {
  status.className = 'problem';
  status.textContent = error.body?.sampled === false ? `This trace was not kept: ${error.message}.` : error.message;
}
