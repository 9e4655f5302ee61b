import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { answerProblem, type ProblemReply } from './answer-problem';

/** Answers every failed HTTP call with RFC 9457 problem+json, and logs once what is our fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    answerProblem(error, host.switchToHttp().getResponse<ProblemReply>(), (fault) => this.logger.error(fault));
  }
}
