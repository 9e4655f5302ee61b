import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { parseKeyRing, TokenSealer, type KeyRing } from '@adlift/tokens';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';

/** How often the file is looked at; by its state, because secrets are replaced by turning a link. */
const LOOK_EVERY_MS = 1000;

/** The keys to begin with. Throws Error naming the variable when the file cannot be read or holds something else. */
export function initialTokenKeys({
  ADLIFT_TOKEN_KEYS: keys,
  ADLIFT_TOKEN_KEYS_FILE: file,
}: PredictorEnvironment): KeyRing {
  if (keys !== undefined) return keys;
  try {
    return readKeys(file ?? '');
  } catch (error) {
    throw new Error(`ADLIFT_TOKEN_KEYS_FILE is "${file}": ${(error as Error).message}`, { cause: error });
  }
}

/** Takes new token keys from their file without a restart, when it changes or at SIGHUP; bad ones change nothing. */
@Injectable()
export class TokenKeyFile implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('token keys');
  private readonly file: string | undefined;
  private readonly reload = (): void => {
    if (this.file === undefined) return;
    try {
      const ring = readKeys(this.file);
      this.sealer.use(ring);
      this.logger.log(`key ${ring.active} seals, ${[...ring.keys.keys()].join(', ')} open`);
    } catch (error) {
      this.logger.error(`stays with the keys it has: ${this.file}: ${(error as Error).message}`);
    }
  };

  constructor(
    @Inject(PREDICTOR_CONFIG) config: PredictorEnvironment,
    private readonly sealer: TokenSealer,
  ) {
    this.file = config.ADLIFT_TOKEN_KEYS_FILE;
  }

  onApplicationBootstrap(): void {
    if (this.file === undefined) return;
    watchFile(this.file, { interval: LOOK_EVERY_MS, persistent: false }, this.reload);
    process.on('SIGHUP', this.reload);
  }

  onApplicationShutdown(): void {
    if (this.file !== undefined) unwatchFile(this.file, this.reload);
    process.off('SIGHUP', this.reload);
  }
}

function readKeys(file: string): KeyRing {
  return parseKeyRing(readFileSync(file, 'utf8').trim());
}
