/** Source ids as the encoder is fed with them; see `edge_runtime/model/batches.py`. */

import { PAD_ID } from "../contract.js";

/**
 * Returns the ids of a sentence, one padding longer where there are `4 n + 3`: the
 * scores are then those that Python finds, whatever it translates the sentence with.
 */
export function padSource(sourceIds: readonly number[]): readonly number[] {
  return sourceIds.length % 4 === 3 ? [...sourceIds, PAD_ID] : sourceIds;
}
