import { Injectable, Logger } from '@nestjs/common';

const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

interface Circuit {
  /** In a row. */
  failures: number;
  pauseMs: number;
  /** As of performance.now(): when one request may try again; 0 while closed. */
  retryAt: number;
}

/**
 * Takes a model version out after five failures in a row, and lets one request try it again after a pause that doubles
 * from one second to thirty.
 */
@Injectable()
export class Breaker {
  private readonly logger = new Logger('models');
  private readonly circuits = new Map<string, Circuit>();

  /** Versions taken out at the moment, by "name@version". */
  get open(): string[] {
    return [...this.circuits].filter(([, { retryAt }]) => retryAt > 0).map(([reference]) => reference);
  }

  /** Whether the version may be asked; of an open circuit only one request in each pause may. */
  allows(reference: string, now = performance.now()): boolean {
    const circuit = this.circuits.get(reference);
    if (circuit === undefined || circuit.retryAt === 0) return true;
    if (now < circuit.retryAt) return false;
    circuit.retryAt = now + circuit.pauseMs;
    return true;
  }

  succeeded(reference: string): void {
    const circuit = this.circuits.get(reference);
    if (circuit === undefined) return;
    if (circuit.retryAt > 0) this.logger.log(`${reference} answers again`);
    this.circuits.delete(reference);
  }

  failed(reference: string, now = performance.now()): void {
    const circuit = this.circuits.get(reference) ?? { failures: 0, pauseMs: FIRST_PAUSE_MS, retryAt: 0 };
    this.circuits.set(reference, circuit);
    circuit.failures++;
    if (circuit.failures < FAILURES_TO_OPEN) return;
    if (circuit.retryAt === 0)
      this.logger.error(`${reference} failed ${circuit.failures} times in a row and is taken out`);
    else circuit.pauseMs = Math.min(circuit.pauseMs * 2, LONGEST_PAUSE_MS);
    circuit.retryAt = now + circuit.pauseMs;
  }

  /** Forgets versions that are not served any more. */
  keepOnly(references: ReadonlySet<string>): void {
    for (const reference of this.circuits.keys()) if (!references.has(reference)) this.circuits.delete(reference);
  }
}
