/** A click after its impression, but sooner than this, is not a person's, milliseconds. */
export const FASTEST_CLICK_MS = 300;
/** More clicks of one unit than this within {@link BURST_SECONDS} of event time are a burst: none of them counts. */
export const MOST_CLICKS = 5;
export const BURST_SECONDS = 10;
