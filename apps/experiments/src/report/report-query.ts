import { z } from 'zod';
import { shownMetrics } from '../metric/metric-body';

/** Parameters of `GET /v1/experiments/:key/report`. */
export const reportQuery = z.object({ metrics: shownMetrics });
