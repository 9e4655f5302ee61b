import { Injectable } from '@nestjs/common';
import { TransientMap, textHash } from '@adlift/memory';
import { DomainError } from '@adlift/problem';
import { AnswerRing } from './answer-ring';
import { EncodedAnswer } from './encoded-answer';

const KEPT_MS = 3_000;
const MAX_BYTES = 16 * 1024 * 1024;

interface Pending {
  readonly fingerprint: number;
  readonly answer: Promise<EncodedAnswer>;
}

/**
 * The answers of the last three seconds by request_id, as far as 16 MB hold them: a caller that retries gets the answer
 * it missed, and nothing is logged or exposed twice. Best effort, in one replica.
 */
@Injectable()
export class RecentAnswers {
  /** Those that are still on their way. */
  private readonly pending = new TransientMap<string, Pending>(textHash);
  private readonly ring = new AnswerRing(MAX_BYTES, KEPT_MS);

  /** The answer to the same request; undefined for a new id. Throws `already_exists` when the body was another. */
  find(requestId: string, fingerprint: number): Promise<EncodedAnswer> | undefined {
    const pending = this.pending.get(requestId);
    if (pending !== undefined) {
      requireSame(pending.fingerprint, fingerprint);
      return pending.answer;
    }
    const kept = this.ring.find(requestId, performance.now());
    if (kept === undefined) return undefined;
    requireSame(kept.fingerprint, fingerprint);
    return Promise.resolve(new EncodedAnswer(kept.bytes));
  }

  /** Keeps an answer that is on its way; one that fails is forgotten, so that the next attempt may succeed. */
  keep(requestId: string, fingerprint: number, answer: Promise<EncodedAnswer>): void {
    this.pending.set(requestId, { fingerprint, answer });
    answer.then(
      ({ bytes }) => {
        this.ring.put(requestId, fingerprint, bytes, performance.now());
        this.pending.delete(requestId);
      },
      () => this.pending.delete(requestId),
    );
  }
}

function requireSame(known: number, fingerprint: number): void {
  if (known === fingerprint) return;
  throw new DomainError(
    'already_exists',
    'the request_id was used for another request in the last seconds',
    'request_id',
  );
}
