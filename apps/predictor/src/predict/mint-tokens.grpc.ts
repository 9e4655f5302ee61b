import { Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { proto } from '@adlift/wire';
import { Credentials } from '../access/credentials';
import type { UnaryCall } from '../grpc/unary-method';
import { TokenMint } from './token-mint';

const { MintTokensRequest, MintTokensResponse } = proto.v1;

/** MintTokens over gRPC. */
@Injectable()
export class MintTokensGrpc {
  constructor(
    private readonly mint: TokenMint,
    private readonly credentials: Credentials,
  ) {}

  readonly mintTokens = ({ bytes, metadata }: UnaryCall): Promise<Uint8Array> => {
    const caller = this.credentials.identify(metadata.get('authorization')[0]?.toString());
    return Promise.resolve(MintTokensResponse.encode({ predictions: this.mint.mint(decode(bytes), caller) }).finish());
  };
}

function decode(bytes: Uint8Array): proto.v1.MintTokensRequest {
  try {
    return MintTokensRequest.decode(bytes);
  } catch (error) {
    throw new DomainError('invalid_argument', `not a MintTokensRequest: ${(error as Error).message}`, '(message)');
  }
}
