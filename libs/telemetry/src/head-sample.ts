/**
 * Whether a trace is in the head sample: by its id alone, so every service with the same rate keeps the same traces.
 * The same arithmetic as OpenTelemetry's TraceIdRatioBasedSampler. `rate` is 0 to 1.
 */
export function inHeadSample(traceId: string, rate: number): boolean {
  if (rate >= 1) return true;
  if (rate <= 0) return false;
  let folded = 0;
  for (let at = 0; at < 32; at += 8) folded = (folded ^ parseInt(traceId.slice(at, at + 8), 16)) >>> 0;
  return folded < Math.floor(rate * 0xffffffff);
}
