import { Call, type CallContext } from './call';
import { Inbox } from './inbox';
import { messagePrefix } from './message-prefix';
import { CallError, Code, type CallStatus } from './status';

/** Milliseconds after which a stream with many small messages lets others have the thread. */
const TURN_MS = 5;

/** A call with messages each way. */
export interface DuplexCall extends CallContext {
  /** False when the caller does not read as fast: {@link DuplexReceiver.drained} says when it has. */
  write(message: Uint8Array): boolean;
  /** The last that is sent; OK without a status. */
  end(status?: CallStatus): void;
  /** No message comes until {@link resume}; the caller is held back by its window. */
  pause(): void;
  resume(): void;
}

/** What a handler does with what comes. */
export interface DuplexReceiver {
  message(bytes: Buffer): void;
  /** The caller sends no more. */
  ended(): void;
  /** What was written has been sent. */
  drained(): void;
  /** Nobody waits for anything any more. */
  cancelled(): void;
  /** The server shuts down: the call should end soon. */
  draining(): void;
}

/** Takes a new stream; what it throws becomes the call's status. */
export type DuplexHandler = (call: DuplexCall) => DuplexReceiver;

/** A stream of messages each way on its HTTP/2 stream. */
export class DuplexExchange extends Call implements DuplexCall {
  private receiver: DuplexReceiver | undefined;
  /** Data that was not looked at yet. */
  private readonly inbox = new Inbox();
  /** Bytes of the data that is being looked at. */
  private looking = 0;
  private allCame = false;
  private toldEnd = false;
  private paused = false;
  /** Working, or waiting for a message to be inflated or for its next turn. */
  private busy = false;

  /** Hands the call over. */
  begin(handle: DuplexHandler): void {
    this.receiver = handle(this);
  }

  data(bytes: Buffer, end: boolean): void {
    if (this.done) return this.stream.release(bytes.length);
    this.allCame = end;
    if (this.busy || this.paused || this.looking > 0 || !this.inbox.empty) this.inbox.add(bytes);
    else this.look(bytes);
    this.work();
  }

  drained(): void {
    if (!this.done) this.tell((receiver) => receiver.drained());
  }

  draining(): void {
    if (!this.done) this.tell((receiver) => receiver.draining());
  }

  write(message: Uint8Array): boolean {
    if (this.done) return true;
    this.answer();
    return this.stream.write(messagePrefix(message.length), message);
  }

  end(status: CallStatus = { code: Code.ok, message: '' }): void {
    if (this.done) return;
    if (status.code === Code.ok) this.answer();
    this.endWith(status);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.work();
  }

  protected cancelled(): void {
    this.tell((receiver) => receiver.cancelled());
  }

  private work(): void {
    if (this.busy) return;
    this.busy = true;
    try {
      this.busy = this.deliver(performance.now() + TURN_MS);
    } catch (error) {
      this.cut(this.host.toStatus(error));
    }
  }

  /** Hands on what has come; true when it goes on by itself later. */
  private deliver(until: number): boolean {
    const { reader } = this;
    while (!this.done && !this.paused) {
      const message = reader.next();
      if (message === undefined) {
        if (!this.lookAtNext()) return false;
      } else if (reader.compressed) {
        // It goes on when the stream is over.
        this.stream.busy = true;
        this.inflated(message).then(
          (bytes) => {
            this.stream.idle();
            if (!this.done) this.tell((receiver) => receiver.message(bytes));
            this.goOn();
          },
          (error: unknown) => {
            this.stream.idle();
            this.cut(this.host.toStatus(error));
          },
        );
        return true;
      } else {
        this.receiver?.message(message);
        if (performance.now() > until) {
          setImmediate(() => this.goOn());
          return true;
        }
      }
    }
    return false;
  }

  private lookAtNext(): boolean {
    if (this.looking > 0) this.stream.release(this.looking);
    this.looking = 0;
    const next = this.inbox.shift();
    if (next !== undefined) {
      this.look(next);
      return true;
    }
    if (!this.allCame || this.toldEnd) return false;
    if (this.reader.begun) throw new CallError(Code.internal, 'a message is cut off');
    this.toldEnd = true;
    this.receiver?.ended();
    return false;
  }

  private look(bytes: Buffer): void {
    this.looking = bytes.length;
    this.reader.feed(bytes);
  }

  /** What a handler throws ends its call and nothing else. */
  private tell(what: (receiver: DuplexReceiver) => void): void {
    try {
      if (this.receiver !== undefined) what(this.receiver);
    } catch (error) {
      this.cut(this.host.toStatus(error));
    }
  }

  private goOn(): void {
    this.busy = false;
    this.work();
  }
}
