/**
 * How large anything in a manifest may be: the same table as
 * `edge_runtime/bundle/bounds.py`, which says what each bound is of.
 */

export const MANIFEST_BYTES = 2 ** 20;
export const NESTING = 32;
export const LARGEST_INTEGER = Number.MAX_SAFE_INTEGER;
export const NAME_BYTES = 255;
export const FILES = 64;
export const FILE_BYTES = 2 ** 32;
export const TENSORS = 64;
export const AXES = 8;
export const AXIS_SIZE = 10_000_000;
export const SEQUENCE_LENGTH = 10_000;
export const BEAM_SIZE = 100;
export const LENGTH_PENALTY = 10;
export const CONFIDENCE_NUMBER = 1e6;
export const ARCHIVE_ENTRIES = 256;
export const UNPACKED_PER_BYTE = 10;
