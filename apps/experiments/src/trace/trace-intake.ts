import { Inject, Injectable } from '@nestjs/common';
import { SpanWriter } from '@adlift/telemetry';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { decodeRequest, encodeResponse, unpackBody, type OtlpType } from './otlp-encoding';
import { readRequest, type AcceptedTimes } from './otlp-request';

const DAY_NS = 86_400_000_000_000n;
/** Clocks of other machines may be this far ahead. */
const MAX_AHEAD_NS = 3_600_000_000_000n;

/** Takes spans of other services, as OTLP over HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp). */
@Injectable()
export class TraceIntake {
  constructor(
    private readonly writer: SpanWriter,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {}

  /**
   * Resolves with the encoded response when the spans are durable. Rejects with DomainError for a body that cannot be
   * read, with StoreUnavailable while the store is away.
   */
  async take(body: Buffer, type: OtlpType, encoding: string | undefined): Promise<string | Uint8Array> {
    const request = decodeRequest(await unpackBody(body, encoding), type);
    const { records, rejected, reason } = readRequest(request, this.acceptedTimes());
    const stored = records.length === 0 ? [] : await this.writer.write(records);
    const refused = stored.filter((isStored) => !isStored).length;
    const message = reason === '' && refused > 0 ? 'refused by the database' : reason;
    return encodeResponse(type, rejected + refused, message);
  }

  private acceptedTimes(): AcceptedTimes {
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    return {
      earliestNs: nowNs - BigInt(this.config.TRACE_RETENTION_DAYS) * DAY_NS,
      latestNs: nowNs + MAX_AHEAD_NS,
    };
  }
}
