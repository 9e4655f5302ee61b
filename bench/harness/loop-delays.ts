/** How long a process's event loop did not turn since the look before this one, in milliseconds. */
export interface LoopDelays {
  readonly longestMs: number;
  /** The longest delay when the pauses of the garbage collector in it are not counted. */
  readonly besidesGcMs: number;
  readonly minorGcMs: number;
  readonly majorGcMs: number;
}

/** Reads them from the process's own metrics, which begin anew with every look. */
export async function loopDelays(url: string, key: string): Promise<LoopDelays> {
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } })).text();
  const ms = (series: string): number => {
    const line = text.split('\n').find((one) => one.startsWith(`${series} `));
    if (line === undefined) throw new Error(`${url}/metrics has no ${series}`);
    return Number(line.slice(series.length)) * 1000;
  };
  return {
    longestMs: ms('adlift_event_loop_delay_seconds{quantile="1"}'),
    besidesGcMs: ms('adlift_event_loop_delay_besides_gc_seconds'),
    minorGcMs: ms('adlift_gc_pause_seconds{kind="minor"}'),
    majorGcMs: ms('adlift_gc_pause_seconds{kind="major"}'),
  };
}
