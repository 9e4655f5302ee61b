import { noteStopped } from './running-stack';
import { ServiceProcess, type ServiceOptions } from './service-process';
import { StackInterrupted, type StackError } from './stack-error';

interface Part {
  stop(): Promise<void>;
}

/** What of a stack has been started by now: stops it in reverse order, and tells when a part dies or the user leaves. */
export class StackParts {
  /** Rejects when a part dies by itself. */
  readonly died: Promise<never>;
  /** Given to every part, which calls it when it dies. */
  readonly reportDeath: (error: StackError) => void;
  private readonly started: Part[] = [];
  private interruption = false;
  private readonly interrupted: Promise<never>;

  /** `unlock` gives the home up when everything is stopped; `ended` resolves when the user wants to leave. */
  constructor(
    private readonly home: string,
    private readonly unlock: () => void,
    ended: Promise<unknown>,
  ) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.died = promise;
    this.reportDeath = reject;
    this.died.catch(() => undefined);
    this.interrupted = ended.then(() => {
      this.interruption = true;
      throw new StackInterrupted('interrupted');
    });
    this.interrupted.catch(() => undefined);
  }

  /** Starts a service that belongs to the stack from now on. */
  service(options: Omit<ServiceOptions, 'onDeath'>): ServiceProcess {
    const service = new ServiceProcess({ ...options, onDeath: this.reportDeath });
    this.started.push(service);
    return service;
  }

  add(part: Part): void {
    this.started.push(part);
  }

  /** Waits for a step of the boot. Throws StackInterrupted as soon as the user leaves, or the error of a part that dies. */
  async wait(step: Promise<unknown>): Promise<void> {
    await Promise.race([step, this.interrupted, this.died]);
    if (this.interruption) throw new StackInterrupted('interrupted');
  }

  /** What to tell when the boot failed: Ctrl-C also reaches the services, whose end is then not the cause. */
  cause(error: unknown): unknown {
    return this.interruption ? new StackInterrupted('interrupted') : error;
  }

  /** Stops every part, the last one first, even when one of them fails to stop. */
  async stop(): Promise<void> {
    if (this.started.length > 0) noteStopped(this.home);
    const failures: unknown[] = [];
    for (const part of this.started.splice(0).reverse()) {
      await part.stop().catch((error: unknown) => failures.push(error));
    }
    this.unlock();
    if (failures.length > 0) throw failures[0];
  }
}
