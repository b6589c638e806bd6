/** A translation that is shown while it grows. */

import { type Segment, separator } from "../text/sentences.js";

/** One token of a growing translation; `text` is what it adds to the text. */
export interface StreamedToken {
  text: string;
  token: string;
  logProb: number;
}

/** Puts what stands between two sentences before the first text of the second. */
export function separated(
  onToken: (token: StreamedToken) => void,
  before: string,
  { gap }: Segment,
): (token: StreamedToken) => void {
  let begun = false;
  return (token) => {
    const between = begun ? "" : separator(before, token.text, gap);
    begun ||= token.text !== "" || between !== "";
    onToken(between ? { ...token, text: between + token.text } : token);
  };
}
