const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/** Milliseconds to wait after so many failures in a row (1 or more): doubled from a second up to a minute. */
export function retryDelayMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
}
