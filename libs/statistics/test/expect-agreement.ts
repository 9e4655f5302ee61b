import { discrepancy } from './golden-vectors';

/** Expects every figure of `actual` to be within 1e-10 of its golden partner; a golden null stands for a refusal. */
export function expectAgreement(actual: object, golden: object): void {
  for (const [field, expected] of Object.entries(golden) as [string, number | string | boolean | object | null][]) {
    const figure = (actual as Record<string, number | object>)[field];
    if (expected === null) {
      expect(figure).toMatchObject({ refused: true });
    } else if (typeof expected === 'number') {
      expect({ field, ok: discrepancy(figure as number, expected) < 1e-10 }).toEqual({ field, ok: true });
    } else if (typeof expected !== 'object') {
      expect(figure).toBe(expected);
    } else {
      expectAgreement(figure as object, expected);
    }
  }
}
