/** Version of the formulas and thresholds: raised with every change that moves a digit of a report. */
export const ENGINE_VERSION = '2';
