import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FrameReader } from '../frames/frame-reader';
import { Flag, FrameType, LARGEST_MAX_FRAME } from '../frames/protocol';

/** The way of one caller to a server, on which the answers to its PINGs are counted. */
export class WatchedWay {
  pongs = 0;
  private readonly sockets: Socket[] = [];

  private constructor(
    private readonly server: Server,
    to: number,
  ) {
    server.on('connection', (caller) => {
      const served = connect(to, '127.0.0.1');
      const frames = new FrameReader(LARGEST_MAX_FRAME);
      this.sockets.push(caller, served);
      for (const socket of [caller, served]) socket.on('error', () => undefined);
      served.on('data', (bytes: Buffer) => {
        frames.feed(bytes);
        while (frames.next()) if (frames.type === FrameType.ping && (frames.flags & Flag.ack) !== 0) this.pongs++;
      });
      served.pipe(caller);
      caller.pipe(served);
    });
  }

  static async to(port: number): Promise<WatchedWay> {
    const server = createServer();
    const way = new WatchedWay(server, port);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return way;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
