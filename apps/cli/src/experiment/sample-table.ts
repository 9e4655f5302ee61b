import type { Sample } from '@adlift/client';
import { textTable } from '../registry/text-table';

/** Samples one to a line. */
export function sampleTable(samples: readonly Sample[]): string {
  return textTable(
    ['predicted', 'arm', 'model', 'ad', 'pCTR', 'charged', 'outcome', 'prediction and candidate'],
    samples.map((sample) => [
      sample.predictedAt,
      sample.assigned === sample.served ? sample.assigned : `${sample.assigned} (served ${sample.served})`,
      sample.fallback ? `fallback, ${sample.model ?? 'no model'}` : (sample.model ?? sample.modelDigest.slice(0, 19)),
      sample.adId,
      sample.pctr.toFixed(4),
      `${(sample.chargedMicros / 1e6).toFixed(4)} ${sample.currency}`,
      outcomeOf(sample),
      `${sample.predictionId} ${sample.index}`,
    ]),
  );
}

function outcomeOf({ impression, click, conversions, hidden }: Sample): string {
  if (conversions.count > 0) return conversions.count === 1 ? 'converted' : `${conversions.count} conversions`;
  if (click !== null) return click.valid ? 'clicked' : 'invalid click';
  if (hidden) return 'hidden';
  if (impression === null) return 'no impression';
  return impression.valid ? 'shown' : 'invalid impression';
}
