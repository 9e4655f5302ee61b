import type { ZodObject, ZodType } from 'zod';

/** What the API document says of one route, beside what follows from the route itself. */
export interface DescribedRoute {
  readonly summary: string;
  readonly query?: ZodObject;
  readonly body?: ZodType;
  /** Media type of a body that is not JSON. */
  readonly bodyType?: string;
  /** Of success; 200 by default. */
  readonly status?: number;
  readonly answer?: ZodType;
  /** Headers that may be sent. */
  readonly headers?: readonly ('if-match' | 'idempotency-key')[];
}

/** By method and route, such as "GET /v1/experiments/:key". */
export type DescribedRoutes = Readonly<Record<string, DescribedRoute>>;
