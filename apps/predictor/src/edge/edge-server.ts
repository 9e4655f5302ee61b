import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { answerProblem, DomainError, type ProblemReply } from '@adlift/problem';
import { cutStragglers } from '@adlift/telemetry';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import { ClickService } from './click-service';
import { EdgeRecorder } from './edge-recorder';
import {
  addBrowserRoutes,
  addPostbackRoute,
  answerUnreadable,
  type EdgeReply,
  type EdgeRequest,
  type EdgeScope,
} from './edge-routes';
import { EdgeTrust } from './edge-trust';
import { PostbackService } from './postback-service';

const MAX_BODY_BYTES = 16 * 1024;
/** A token is about 300 characters; the router's own limit is 100. */
const MAX_TOKEN_LENGTH = 4096;

/** The port that browsers reach: an HTTP server of its own, so that their bursts queue here and not before auctions. */
@Injectable()
export class EdgeServer implements BeforeApplicationShutdown {
  private readonly logger = new Logger('edge');
  private readonly server: EdgeScope;

  constructor(
    @Inject(PREDICTOR_CONFIG) private readonly config: PredictorEnvironment,
    clicks: ClickService,
    trust: EdgeTrust,
    private readonly recorder: EdgeRecorder,
    postbacks: PostbackService,
  ) {
    const server = new FastifyAdapter({
      bodyLimit: MAX_BODY_BYTES,
      exposeHeadRoutes: false,
      // Templates add slashes, and a visitor is not lost for one.
      routerOptions: { maxParamLength: MAX_TOKEN_LENGTH, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
      frameworkErrors: (error: Error, request: EdgeRequest, reply: EdgeReply) =>
        answerUnreadable(request, reply, recorder) ? undefined : this.answer(error, reply),
    }).getInstance();
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    server.setErrorHandler((error, _request, reply) => this.answer(error, reply));
    server.setNotFoundHandler((request, reply) =>
      this.answer(
        new DomainError('not_found', `there is no ${request.method} ${request.url.split('?', 1)[0]} here`),
        reply,
      ),
    );
    cutStragglers(server);
    addBrowserRoutes(server, { clicks, trust, recorder });
    addPostbackRoute(server, postbacks);
    this.server = server;
  }

  /** Rejects when the port is taken. */
  async listen(): Promise<void> {
    await this.server.listen({ port: this.config.PREDICTOR_EDGE_PORT, host: this.config.ADLIFT_HOST });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.server.close();
    await this.recorder.drain();
  }

  private answer(error: unknown, reply: ProblemReply): void {
    answerProblem(error, reply, (fault) => this.logger.error(fault));
  }
}
