/**
 * SQL of the predictors that may hold something from before `time`, an expression: those that have not said otherwise
 * since. One that fell silent with nothing in its spool counts no longer; `lifetimeMs` is that of a silent one.
 */
export function holdsOlder(time: string, lifetimeMs: string): string {
  return `SELECT FROM replica
    WHERE (spooled > 0 OR seen_at > clock_timestamp() - ${lifetimeMs} * interval '1 ms')
      AND spool_seen_at - spool_lag_ms * interval '1 ms' < ${time}`;
}
