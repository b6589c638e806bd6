/**
 * Returns `((5 + length) / 6) ** alpha`, by which a log-prob is divided.
 *
 * Sums of log-probs favour short hypotheses; `alpha` 0 leaves them so, and values up to
 * 1 let longer ones win (Wu et al., 2016, equation 14). `length` counts eos.
 */
export function lengthPenalty(length: number, alpha: number): number {
  return ((5 + length) / 6) ** alpha;
}
