import { join } from 'node:path';

const DIST = join(__dirname, '..', '..');

/**
 * A small young generation: what a request leaves behind is collected every few hundred requests in 2 ms instead of
 * every thousand in 15 ms, and before its buffers make the engine collect everything. An old generation that may grow
 * before it is collected for the first time: by its own measure the engine marks a small heap every few seconds.
 */
const ENGINE_OPTIONS = {
  predictor: ['--max-semi-space-size=8', '--initial-old-space-size=128'],
  experiments: [],
} as const;

/** Arguments of node for a built app: options of the engine, telemetry first, then the app. */
export function appArguments(app: keyof typeof ENGINE_OPTIONS): string[] {
  const built = join(DIST, 'apps', app, 'src');
  return [...ENGINE_OPTIONS[app], '--require', join(built, 'instrumentation.js'), join(built, 'main.js')];
}
