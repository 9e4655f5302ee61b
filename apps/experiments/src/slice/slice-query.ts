import { z } from 'zod';
import { shownMetrics } from '../metric/metric-body';
import { SLICE_DIMENSIONS } from '@adlift/ledger';

/** Parameters of `GET /v1/experiments/:key/slices`. */
export const sliceQuery = z.strictObject({
  dimension: z.enum(SLICE_DIMENSIONS, `must be one of ${SLICE_DIMENSIONS.join(', ')}`).optional(),
  metrics: shownMetrics,
});
