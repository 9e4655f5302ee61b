/** Counts of what the market holds, and of the candidates of one request. */
export const SEGMENTS = 24;
export const SITES = 40;
export const CAMPAIGNS = 60;
export const ADS = 240;
export const CATEGORIES = 12;
export const DEVICES = 4;
export const CITIES = 1500;
export const CANDIDATES = 12;

/** The market is open from FIRST_HOUR for OPEN_HOURS hours a day. */
export const FIRST_HOUR = 8;
export const OPEN_HOURS = 12;
