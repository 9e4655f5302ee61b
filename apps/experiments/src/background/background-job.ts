import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Repeating } from '@adlift/background';

/** What this process does over and over while the app is up; a turn that fails is told of once and tried again. */
export abstract class BackgroundJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  protected readonly logger: Logger;
  private readonly repeating: Repeating;

  /** `trouble`: what does not happen while turns fail. `awayMs`: the pause after one that did. */
  protected constructor(name: string, trouble: string, awayMs: number) {
    this.logger = new Logger(name);
    this.repeating = new Repeating({
      turn: (ending) => this.turn(ending),
      failed: ({ message }, again) => {
        if (!again) this.logger.warn(`${trouble}: ${message}`);
        return awayMs;
      },
    });
  }

  onApplicationBootstrap(): void {
    this.repeating.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.repeating.end();
  }

  /** Takes a turn at once. */
  wake(): void {
    this.repeating.wake();
  }

  /** Resolves with the pause before the next turn, milliseconds; gives up when `ending` aborts. */
  protected abstract turn(ending: AbortSignal): Promise<number>;
}
