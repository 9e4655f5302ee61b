import { Injectable } from '@nestjs/common';
import type { StreamHandler } from '../grpc/stream-method';
import type { UnaryHandler } from '@adlift/grpc';
import { ExplainGrpc } from '../explain/explain.grpc';
import { MintTokensGrpc } from './mint-tokens.grpc';
import { PredictGrpc } from './predict.grpc';
import { PredictStreamGrpc } from './predict-stream.grpc';

/** The methods of adlift.v1.Predictor. */
@Injectable()
export class PredictorGrpc {
  readonly methods: Readonly<Record<string, UnaryHandler>>;
  readonly streams: Readonly<Record<string, StreamHandler>>;

  constructor(
    predict: PredictGrpc,
    predictStream: PredictStreamGrpc,
    mintTokens: MintTokensGrpc,
    explain: ExplainGrpc,
  ) {
    this.methods = { Predict: predict.predict, MintTokens: mintTokens.mintTokens, Explain: explain.explain };
    this.streams = { PredictStream: predictStream.predict };
  }
}
