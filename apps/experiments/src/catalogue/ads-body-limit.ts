import type { FastifyAdapter } from '@nestjs/platform-fastify';

/** A body of `PUT /v1/ads` may be this large. */
const MAX_PUT_ADS_BYTES = 32 * 1024 * 1024;

/** Lets `PUT /v1/ads`, and no other route, take a body of 32 MB. Must be called before the routes are made. */
export function raiseAdsBodyLimit(adapter: FastifyAdapter): void {
  adapter.getInstance().addHook('onRoute', (route) => {
    if (route.method === 'PUT' && route.url === '/v1/ads') route.bodyLimit = MAX_PUT_ADS_BYTES;
  });
}
