import { z } from 'zod';

/** Equal parts that a layer's units are divided into, by which experiments exclude each other. */
export const SLOTS = 100;

const slot = z.int().min(1).max(SLOTS);

/** Slots from one to another, both included, 1 to 100. */
export interface SlotRange {
  readonly from: number;
  readonly to: number;
}

const slotRange = z
  .strictObject({ from: slot, to: slot })
  .refine(({ from, to }) => from <= to, { message: 'must not end before it begins', path: ['to'] });

/** The part of a layer that an experiment takes. */
export const layerDesign = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and -, at most 40'),
  slots: z
    .array(slotRange)
    .min(1)
    .max(SLOTS)
    .superRefine((ranges, context) => {
      for (const [i, range] of ranges.entries()) {
        const taken = ranges.slice(0, i).find((other) => overlap(other, range));
        if (taken === undefined) continue;
        const message = `overlaps ${taken.from} to ${taken.to}`;
        context.addIssue({ code: 'custom', path: [i], message });
      }
    }),
});

export type LayerDesign = z.output<typeof layerDesign>;

/** Percent of all units that may take part: those in the slots, or all without a layer. */
export function layerPercent(layer: LayerDesign | undefined): number {
  return layer === undefined ? 100 : (100 * numbers(layer.slots).length) / SLOTS;
}

/** Slots that both have, as ranges. */
export function sharedSlots(ours: readonly SlotRange[], theirs: readonly SlotRange[]): SlotRange[] {
  const taken = new Set(numbers(theirs));
  return ranges(numbers(ours).filter((number) => taken.has(number)));
}

/** Slots of a layer that none of the given ranges has. */
export function freeSlots(taken: readonly SlotRange[]): SlotRange[] {
  const used = new Set(numbers(taken));
  return ranges(numbers([{ from: 1, to: SLOTS }]).filter((number) => !used.has(number)));
}

/** The slots one by one, in order. */
export function numbers(slots: readonly SlotRange[]): number[] {
  return slots
    .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
    .sort((a, b) => a - b);
}

/** Such as "1 to 20, 31". */
export function slotsText(slots: readonly SlotRange[]): string {
  return slots.map(({ from, to }) => (from === to ? String(from) : `${from} to ${to}`)).join(', ');
}

function overlap(a: SlotRange, b: SlotRange): boolean {
  return a.from <= b.to && b.from <= a.to;
}

function ranges(sorted: readonly number[]): SlotRange[] {
  const found: { from: number; to: number }[] = [];
  for (const number of sorted) {
    const last = found.at(-1);
    if (last !== undefined && last.to === number - 1) last.to = number;
    else found.push({ from: number, to: number });
  }
  return found;
}
