/** Version of the formulas, thresholds and inputs: raised with every change that moves a digit of a report. */
export const ENGINE_VERSION = '5';
