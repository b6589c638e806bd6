/** What a translator and its worker say to each other; every request has its own id. */

import type { Manifest } from "../library/bundle/manifest.js";
import type { Terms } from "../library/text/glossary.js";
import type { TokenizedText } from "../library/text/tokenizer.js";
import type { DecodingOptions } from "../library/translation/decoding_options.js";
import type { StreamedToken } from "../library/translation/streaming.js";
import type { Translation } from "../library/translation/translation.js";
import type { Part } from "../library/translation/translator.js";

export type Request =
  | { id: number; type: "load"; source: string | Blob; keeping: Keeping }
  | {
      id: number;
      type: "translate";
      text: string;
      options: Omit<DecodingOptions, "glossary">;
      glossary: Terms | "as before" | undefined;
      streams: boolean;
      /** Whether the translation of every segment is wanted, or one of the whole text. */
      inParts: boolean;
    }
  | { id: number; type: "tokenize"; texts: readonly string[] }
  | { id: number; type: "cancel" };

/** What is done about copies of a bundle. */
export interface Keeping {
  /** Whether the bundle comes from the copy at its address alone. */
  fromCopy: boolean;
  /** Address below which a copy of a zip file is kept; `undefined` to keep none. */
  directory: string | undefined;
}

/** A loaded bundle. */
export interface Loaded {
  /** Address that it is kept under; `undefined` for a zip file of which no copy is. */
  address: string | undefined;
  manifest: Manifest;
  /** Bytes of the files that translating needs. */
  size: number;
  /** Whether a copy is kept for use without a network. */
  kept: boolean;
}

/** A translation and the time it took in the worker. */
export interface Timed {
  found: Translation | Part[];
  milliseconds: number;
}

export type Reply =
  | { id: number; type: "progress"; loaded: number; total: number }
  | { id: number; type: "token"; token: StreamedToken }
  | { id: number; type: "result"; result: Loaded | Timed | TokenizedText[] }
  | { id: number; type: "error"; name: string; message: string };
