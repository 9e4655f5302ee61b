import { ConnectionError } from '../frames/http2-error';
import { ErrorCode } from '../frames/protocol';
import { Allowance } from './allowance';

/** What a peer may do at once, what it may do again each second, and what calls earn it. */
const RESETS = { burst: 500, perSecond: 50, perAnswer: 1 };
const CHATTER = { burst: 10_000, perSecond: 1_000, perAnswer: 20, perData: 4 };

/** What a connection may ask for that is no call: streams opened to be reset (CVE-2023-44487), frames that carry nothing. */
export class Allowances {
  private readonly resets = new Allowance(RESETS.burst, RESETS.perSecond);
  private readonly chatter = new Allowance(CHATTER.burst, CHATTER.perSecond);

  /** A stream that ends without an answer. Throws {@link ConnectionError} when there are too many. */
  reset(): void {
    if (!this.resets.spend()) throw new ConnectionError(ErrorCode.enhanceYourCalm, 'too many streams are reset');
  }

  /** A frame that carries nothing, and what it costs. Throws {@link ConnectionError} when there are too many. */
  frame(cost = 1): void {
    if (!this.chatter.spend(cost))
      throw new ConnectionError(ErrorCode.enhanceYourCalm, 'too many frames for so few calls');
  }

  /** Data went one way or the other: windows are widened and pings are sent for it. */
  carried(): void {
    this.chatter.earn(CHATTER.perData);
  }

  answered(): void {
    this.resets.earn(RESETS.perAnswer);
    this.chatter.earn(CHATTER.perAnswer);
  }
}
