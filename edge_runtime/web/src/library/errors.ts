/** A bundle is incomplete, damaged, too new, or does not fit its manifest. */
export class BundleError extends Error {
  override name = "BundleError";
}

/** A translation that nobody waits for any more was given up. */
export class Cancelled extends Error {
  override name = "Cancelled";
}

/** Returns what went wrong; onnxruntime also throws numbers. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
