import { element } from './element.js';
import { duration, moment } from './format.js';

/** More rows than this are of no use to a reader. */
const MAX_ROWS = 1000;

/** Shows one trace: what it is, its spans as bars over time, and what points at it. */
export function showTrace(place, trace) {
  const [root] = trace.spans;
  const critical = new Set(trace.criticalPath);
  const rows = flatten(trace.spans, 0)
    .slice(0, MAX_ROWS)
    .map(({ span, depth }) => spanRow(span, depth, critical));
  const title = element('h3', { tabindex: '-1' }, root.name || trace.traceId);
  const time = element('div', { class: 'axis', 'aria-hidden': 'true' });
  const show = (scale) => {
    time.replaceChildren(
      ...[0, 0.25, 0.5, 0.75, 1].map((share) => element('span', {}, duration(share * scale.length))),
    );
    for (const row of rows) row.draw(scale);
  };
  const whole = { start: 0, length: trace.durationMicros };
  const first = { start: root.startMicros, length: root.durationMicros };
  place.replaceChildren(
    element(
      'article',
      { class: 'card trace', 'aria-label': `Trace ${trace.traceId}` },
      title,
      element('p', { class: 'quiet' }, summary(trace)),
      element('p', { class: 'id' }, trace.traceId),
      legend(),
      // What follows later, as a click does, would leave the call itself a line of a pixel.
      first.length < whole.length / 2 ? scaleChoice(show, whole, first, root.name) : null,
      time,
      element(
        'ol',
        { class: 'waterfall' },
        rows.map(({ item }) => item),
      ),
      rows.length < trace.spanCount
        ? element('p', { class: 'quiet' }, `The first ${rows.length} of ${trace.spanCount} spans.`)
        : null,
      pointers(trace.linkedFrom),
    ),
  );
  show(whole);
  title.focus({ preventScroll: true });
  place.scrollIntoView({ block: 'start' });
}

function summary(trace) {
  return [moment(trace.startedAt), duration(trace.durationMicros), spanCount(trace), trace.services.join(', ')].join(
    ', ',
  );
}

function legend() {
  return element(
    'p',
    { class: 'legend' },
    ...[element('span', { class: 'key critical' }), 'critical path', element('span', { class: 'key' }), 'other'],
    ...[element('span', { class: 'key error' }), 'error'],
  );
}

function scaleChoice(show, whole, first, name) {
  const choices = [
    ['Whole trace', whole],
    [`Only ${name || 'the first span'}`, first],
  ].map(([text, scale]) => ({ scale, button: element('button', { type: 'button' }, text) }));
  const choose = (chosen) => {
    for (const { scale, button } of choices) button.setAttribute('aria-pressed', String(scale === chosen));
    show(chosen);
  };
  for (const { scale, button } of choices) button.addEventListener('click', () => choose(scale));
  choices[0].button.setAttribute('aria-pressed', 'true');
  choices[1].button.setAttribute('aria-pressed', 'false');
  return element(
    'div',
    { class: 'scale', role: 'group', 'aria-label': 'Time scale' },
    choices.map(({ button }) => button),
  );
}

function spanCount({ spanCount, truncated }) {
  return `${spanCount}${truncated ? ' of more' : ''} ${spanCount === 1 ? 'span' : 'spans'}`;
}

function flatten(spans, depth) {
  return spans.flatMap((span) => [{ span, depth }, ...flatten(span.children, depth + 1)]);
}

/** One line of the waterfall; `draw` puts its bar on a scale. */
function spanRow(span, depth, critical) {
  const onPath = critical.has(span.spanId);
  const failed = span.status === 'error';
  const bar = element('span', { class: `bar${onPath ? ' critical' : ''}${failed ? ' error' : ''}` });
  const button = element(
    'button',
    { type: 'button', class: 'span', 'aria-expanded': 'false' },
    element(
      'span',
      { class: 'label' },
      element('span', { class: 'name' }, span.name || span.spanId),
      element('span', { class: 'service' }, span.service),
      onPath ? element('span', { class: 'hidden' }, ', on the critical path') : null,
      failed ? element('span', { class: 'failed' }, 'error') : null,
      element('span', { class: 'took' }, duration(span.durationMicros)),
    ),
    element('span', { class: 'track' }, bar),
  );
  // Deep spans stay readable: after some levels the indent no longer grows.
  button.style.setProperty('--depth', String(Math.min(depth, 12)));
  const item = element('li', {}, button);
  let details;
  button.addEventListener('click', () => {
    details ??= spanDetails(span);
    const open = button.getAttribute('aria-expanded') !== 'true';
    button.setAttribute('aria-expanded', String(open));
    if (open) item.append(details);
    else details.remove();
  });
  return { item, draw: (scale) => drawBar(bar, span, scale) };
}

function drawBar(bar, { startMicros, durationMicros }, { start, length }) {
  const percent = (micros) => (length === 0 ? 0 : (100 * micros) / length);
  bar.hidden = startMicros > start + length || startMicros + durationMicros < start;
  bar.style.setProperty('--start', `${percent(startMicros - start)}%`);
  bar.style.setProperty('--width', length === 0 ? '100%' : `${percent(durationMicros)}%`);
}

function spanDetails(span) {
  const facts = [
    ['span', span.spanId],
    ['kind', span.kind],
    ['starts after', duration(span.startMicros)],
    ...(span.orphan ? [['parent', `${span.parentSpanId} (not kept here)`]] : []),
    ...(span.statusMessage === '' ? [] : [['message', span.statusMessage]]),
    ...sorted(span.attributes),
  ];
  return element(
    'div',
    { class: 'details' },
    list(facts),
    span.events.map((event) =>
      element(
        'section',
        {},
        element('h4', {}, `${event.name} after ${duration(event.atMicros)}`),
        list(sorted(event.attributes)),
      ),
    ),
    span.links.length === 0
      ? null
      : element('p', {}, 'Points at ', separated(span.links.map(({ traceId }) => traceLink(traceId, traceId)))),
  );
}

function sorted(attributes) {
  return Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
}

function list(entries) {
  return element(
    'dl',
    {},
    entries.map(([name, value]) => [element('dt', {}, name), element('dd', {}, asText(value))]).flat(),
  );
}

function asText(value) {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function pointers(linkedFrom) {
  if (linkedFrom.length === 0) return null;
  const links = linkedFrom.map(({ traceId, name, service }) => traceLink(traceId, `${name} (${service})`));
  return element('p', {}, 'Followed by ', separated(links));
}

function traceLink(traceId, text) {
  return element('a', { href: `/?trace=${traceId}`, 'data-trace': traceId }, text);
}

function separated(parts) {
  return parts.flatMap((part, i) => (i === 0 ? [part] : [', ', part]));
}
