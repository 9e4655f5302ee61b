import { join } from 'node:path';

const DIST = join(__dirname, '..', '..');

/**
 * A small young generation: what a request leaves behind is collected every few hundred requests in 2 ms instead of
 * every thousand in 15 ms, and before its buffers make the engine collect everything.
 */
const YOUNG = '--max-semi-space-size=8';
/**
 * For a predictor that answers Predict: an old generation that may grow before it is collected for the first time. By
 * its own measure the engine marks a small heap every few seconds.
 */
const OLD = '--initial-old-space-size=128';
/**
 * What a call over HTTP/2 leaves behind outlives the young generation by a tenth, with its buffers. The engine collects
 * everything at each 64 MB of these, unless they count towards the limit of the old generation.
 */
const BUFFERS = '--external-memory-accounted-in-global-limit';
/** For one that does not: a heap that is collected before it is twice what lives in it. Nobody waits for its answers. */
const TIGHT = '--heap-growing-percent=50';

/** Arguments of node for a built app: options of the engine, telemetry first, then the app. `roles` are a predictor's. */
export function appArguments(app: 'predictor' | 'experiments', roles = 'predict'): string[] {
  const built = join(DIST, 'apps', app, 'src');
  const engine =
    app === 'experiments' ? [] : roles.split(',').includes('predict') ? [YOUNG, OLD, BUFFERS] : [YOUNG, TIGHT];
  return [...engine, '--require', join(built, 'instrumentation.js'), join(built, 'main.js')];
}
