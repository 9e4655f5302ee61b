import { LoggerModule } from 'nestjs-pino';
import type { DynamicModule } from '@nestjs/common';

/** JSON logs by pino, one line an entry, on standard error; no line per request, which would be the hot path. */
export function loggerModule(level: string): DynamicModule {
  return LoggerModule.forRoot({
    pinoHttp: [{ level, autoLogging: false, quietReqLogger: true }, process.stderr],
  });
}
