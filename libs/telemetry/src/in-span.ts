import { SpanStatusCode, TraceFlags, type Attributes, type Link } from '@opentelemetry/api';
import { telemetry } from './start-telemetry';

export interface SpanTarget {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
}

/**
 * Runs background work inside a span, so that the queries it makes belong together; `links` names the spans that the
 * work is for. The span ends with the work and carries its error.
 */
export async function inSpan<T>(
  name: string,
  attributes: Attributes,
  links: readonly SpanTarget[],
  work: () => Promise<T>,
): Promise<T> {
  const options = { attributes, links: links.map(linkTo) };
  return telemetry().tracer.startActiveSpan(name, options, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
      span.setAttribute('error.type', (error as { code?: string }).code ?? (error as Error).name);
      throw error;
    } finally {
      span.end();
    }
  });
}

function linkTo({ traceId, spanId }: SpanTarget): Link {
  return { context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true } };
}
