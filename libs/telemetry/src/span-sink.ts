import type { Context } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { fromRecord, toRecord } from './readable-span';
import type { SpanRecord } from './span-record';

/** Somewhere spans are kept. Takes them at once, never throws, and counts what it drops. */
export interface SpanStoreWriter {
  accept(records: readonly SpanRecord[]): void;
}

/** Spans that may wait for the store to be there at the start of a process. */
const MAX_EARLY_SPANS = 1000;

/**
 * Where every kept span of the process goes: our own store, and an outside backend if there is one. Spans of the
 * OpenTelemetry SDK come in as from any span processor, those of the hot path as records.
 */
export class SpanSink implements SpanProcessor {
  private writer: SpanStoreWriter | undefined;
  private early: SpanRecord[] = [];
  /** Spans dropped before there was a store. */
  dropped = 0;

  constructor(
    private readonly service: string,
    private readonly resource: Resource,
    private readonly outside: SpanProcessor | undefined,
  ) {}

  /** Sends the spans to the store from now on, those kept so far first. */
  attach(writer: SpanStoreWriter): void {
    this.writer = writer;
    writer.accept(this.early);
    this.early = [];
  }

  /** Takes finished spans that are to be kept. */
  accept(records: readonly SpanRecord[]): void {
    this.keep(records);
    if (this.outside === undefined) return;
    for (const record of records) this.outside.onEnd(fromRecord(record, this.resource));
  }

  /** The service that this process's spans belong to. */
  get serviceName(): string {
    return this.service;
  }

  onStart(span: Parameters<SpanProcessor['onStart']>[0], context: Context): void {
    this.outside?.onStart(span, context);
  }

  onEnd(span: ReadableSpan): void {
    this.keep([toRecord(span, this.service)]);
    this.outside?.onEnd(span);
  }

  async forceFlush(): Promise<void> {
    await this.outside?.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.outside?.shutdown();
  }

  private keep(records: readonly SpanRecord[]): void {
    if (this.writer !== undefined) this.writer.accept(records);
    else if (this.early.length + records.length <= MAX_EARLY_SPANS) this.early.push(...records);
    else this.dropped += records.length;
  }
}
