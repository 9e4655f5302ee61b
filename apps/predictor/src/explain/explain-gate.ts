import { Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { Admission } from '../degradation/admission';
import { SHED } from '../degradation/shed-level';
import type { ServedModel } from '../serving/model-repository';
import { ExplainQueue } from './explain-queue';

/** Keeps explanations off a machine that has predictions to make: they are the first that load leaves out. */
@Injectable()
export class ExplainGate {
  private readonly queue = new ExplainQueue();

  constructor(private readonly admission: Admission) {}

  /** Runs `work` alone, when the load allows it both now and when its turn comes. Rejects as {@link check} throws. */
  async run<T>(model: ServedModel, deadline: number, work: () => Promise<T>): Promise<T> {
    this.check(model, deadline);
    return this.queue.run(deadline, () => {
      this.check(model, deadline);
      return work();
    });
  }

  /** Throws `overloaded` at the first sign of load, and `deadline_exceeded` when nobody waits any more. */
  check(model: ServedModel, deadline: number): void {
    const remainingMs = deadline - performance.now();
    if (remainingMs <= 0) throw new DomainError('deadline_exceeded', 'the deadline passed before all was explained');
    if (this.admission.peek(model, remainingMs) < SHED.explain) return;
    throw new DomainError('overloaded', 'explanations wait until there is less to predict', undefined, 1);
  }
}
