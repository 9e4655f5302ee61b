/**
 * Advisory lock of whoever changes the kept statistics, held to the end of the transaction. Any constant works; it
 * must only be the same in every process.
 */
export const FOLD_LOCK = 7_203_313;
