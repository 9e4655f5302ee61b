/** Asked by machines every few seconds, or asked by ourselves: not worth a trace. */
const ASKED_OFTEN = /^\/(livez|readyz|metrics|v1\/traces|v1\/status|v1\/serving-set)/;

/** Paths that name a unit: a trace of its erasure would outlive it. */
const NAMES_A_UNIT = /^\/+v1\/+units\/+[^/]/i;

/** Whether a call of this URL, beginning with its path, leaves no trace. */
export function isUntraced(url: string): boolean {
  return ASKED_OFTEN.test(url) || NAMES_A_UNIT.test(url);
}
