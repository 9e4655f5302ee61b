import { decodePredictAnswer, type PredictAnswer } from '@adlift/wire';

/** An answer as the bytes of a PredictResponse: what goes out by gRPC, and what is kept for a caller that asks again. */
export class EncodedAnswer {
  constructor(
    readonly bytes: Buffer,
    private made?: PredictAnswer,
  ) {}

  /** For transports that write it otherwise. */
  get answer(): PredictAnswer {
    return (this.made ??= decodePredictAnswer(this.bytes));
  }
}
