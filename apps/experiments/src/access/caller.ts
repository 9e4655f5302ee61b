import type { IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ANYONE, type Caller } from '@adlift/access';

const callers = new WeakMap<IncomingMessage, Caller>();

/** Remembers who makes the request, for as long as there is the request. */
export function noteCaller(request: IncomingMessage, caller: Caller): void {
  callers.set(request, caller);
}

/** Who makes the request; {@link ANYONE} where no key was needed. */
export function callerOf(request: IncomingMessage): Caller {
  return callers.get(request) ?? ANYONE;
}

/** The caller's name, for a controller that hands it on to what is written down. */
export const Actor = createParamDecorator(
  (_: unknown, context: ExecutionContext): string =>
    callerOf(context.switchToHttp().getRequest<{ raw: IncomingMessage }>().raw).name,
);
