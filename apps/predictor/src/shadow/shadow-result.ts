/** What became of a shadow score; docs/metrics.md tells each one's meaning. */
export const SHADOW_RESULTS = ['scored', 'unpaired', 'shed', 'dropped', 'failed', 'expired', 'unlogged'] as const;

export type ShadowResult = (typeof SHADOW_RESULTS)[number];
