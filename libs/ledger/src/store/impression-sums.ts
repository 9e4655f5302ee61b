import type { CopyBlock } from '@adlift/persistence';
import { placeOf, type EventFields } from '../record/event-fields';
import { billionths } from './billionths';

const DAY = placeOf('day');
const UNIT = placeOf('unit');
const AFTER_SET = placeOf('assignment_set') + 1;
const PCTR = placeOf('pctr');
const FALLBACK = placeOf('fallback');
const CHARGED = placeOf('charged_micros');

/** Columns of a sum's row; all others of a delta keep their defaults. */
export const SUM_DELTA_COLUMNS = `unit, assignment_set, day, impressions, fallback_impressions, predicted_clicks_e9,
  charged_micros`;
const COLUMNS = SUM_DELTA_COLUMNS.split(',').length;
/** Bytes of a row beside its unit and list: the number of columns, the day, four sums. */
const MORE_BYTES = 2 + 8 + 4 * 12;

interface Sum {
  /** Where the unit and the list, and the day, of its first impression lie. */
  readonly memory: Buffer;
  readonly unitAt: number;
  readonly end: number;
  readonly dayAt: number;
  impressions: number;
  fallbacks: number;
  predictedE9: number;
  chargedMicros: number;
}

/** Impressions of a batch, summed by unit, day and list of assignments; those without a unit count nowhere. */
export class ImpressionSums {
  private readonly sums = new Map<string, Sum>();

  add(fields: EventFields): void {
    if (fields.isEmpty(UNIT)) return;
    const key = fields.key(UNIT, AFTER_SET) + fields.key(DAY, DAY + 1);
    let sum = this.sums.get(key);
    if (sum === undefined) {
      const at = { unitAt: fields.start(UNIT), end: fields.start(AFTER_SET), dayAt: fields.start(DAY) };
      sum = { memory: fields.memory, ...at, impressions: 0, fallbacks: 0, predictedE9: 0, chargedMicros: 0 };
      this.sums.set(key, sum);
    }
    sum.impressions++;
    if (fields.bool(FALLBACK)) sum.fallbacks++;
    sum.predictedE9 += billionths(fields.float4(PCTR));
    sum.chargedMicros += fields.int8(CHARGED);
  }

  /** The sums as rows of deltas, in pieces. */
  *pieces(block: CopyBlock): Generator<Buffer> {
    for (const sum of this.sums.values()) {
      if (!block.hasRoom(sum.end - sum.unitAt + MORE_BYTES)) yield block.take();
      block.begin(COLUMNS);
      block.fields(sum.memory, sum.unitAt, sum.end);
      block.fields(sum.memory, sum.dayAt, sum.dayAt + 8);
      block.int8(sum.impressions);
      block.int8(sum.fallbacks);
      block.int8(sum.predictedE9);
      block.int8(sum.chargedMicros);
    }
    yield block.take();
  }
}
