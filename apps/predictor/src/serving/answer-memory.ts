import { Slab } from '@adlift/memory';

/** Where the arrays of answers are cut from; answers outlive their requests by the seconds that repeats are kept for. */
export const answerMemory = new Slab();
