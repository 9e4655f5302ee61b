import { Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { countFields, proto } from '@adlift/wire';
import { Credentials } from '../access/credentials';
import type { UnaryCall } from '@adlift/grpc';
import { TokenMint } from './token-mint';

const { MintTokensRequest, MintTokensResponse } = proto.v1;

/** Predictions, and in them past ones and candidates. */
const NESTED = { 1: { 2: {}, 3: {} } };
/** More than as many tokens as are minted in one call take. */
const MAX_FIELDS = 60_000;

/** MintTokens over gRPC. */
@Injectable()
export class MintTokensGrpc {
  constructor(
    private readonly mint: TokenMint,
    private readonly credentials: Credentials,
  ) {}

  readonly mintTokens = (call: UnaryCall): Promise<Uint8Array> => {
    const caller = this.credentials.identify(call.header('authorization'));
    return Promise.resolve(
      MintTokensResponse.encode({ predictions: this.mint.mint(decode(call.bytes), caller) }).finish(),
    );
  };
}

/** Looks how much there is first: a message of tiny parts would take long to decode, only to be refused. */
function decode(bytes: Buffer): proto.v1.MintTokensRequest {
  try {
    if (countFields(bytes, NESTED, MAX_FIELDS + 1) > MAX_FIELDS)
      throw new DomainError('too_large', `at most ${MAX_FIELDS} fields a message`);
    return MintTokensRequest.decode(bytes);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError('invalid_argument', `not a MintTokensRequest: ${(error as Error).message}`, '(message)');
  }
}
