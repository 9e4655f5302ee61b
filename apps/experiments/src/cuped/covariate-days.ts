/** Days before an experiment that are looked at where its design names none. */
export const COVARIATE_DAYS = 7;
