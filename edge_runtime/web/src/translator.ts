/**
 * Offline translation in a browser: a bundle and text in, text out.
 *
 * ```ts
 * import { loadBundle } from "./translator.js";
 *
 * const translator = await loadBundle("models/zh-en/");
 * const { text } = await translator.translate("我爱吃苹果");
 * ```
 */

import {
  type KeptBundle,
  keptBundles,
  removeKept,
} from "./library/bundle/bundle_cache.js";
import type { Manifest } from "./library/bundle/manifest.js";
import { BundleError, Cancelled } from "./library/errors.js";
import type { Glossary, Terms } from "./library/text/glossary.js";
import type { TokenizedText } from "./library/text/tokenizer.js";
import type { DecodingOptions } from "./library/translation/decoding_options.js";
import type { StreamedToken } from "./library/translation/streaming.js";
import type { Translation } from "./library/translation/translation.js";
import type { Part } from "./library/translation/translator.js";
import type { Loaded, Reply, Request, Timed } from "./worker/messages.js";

export { BundleError, Cancelled } from "./library/errors.js";
export { Glossary, GlossaryError } from "./library/text/glossary.js";
export { separator } from "./library/text/sentences.js";
export { pharaoh, type WordLink } from "./library/text/word_alignment.js";
export { unread, wordAlignment } from "./library/translation/translation.js";
export type {
  DecodingOptions,
  KeptBundle,
  Manifest,
  Part,
  StreamedToken,
  TokenizedText,
  Translation,
};

/**
 * A translation and the time the search took, without the way to the worker and back.
 */
export type TimedTranslation = Translation & { milliseconds: number };

/** The translations of a text's segments, and the time the search took. */
export interface TimedParts {
  parts: Part[];
  milliseconds: number;
}

export interface LoadOptions {
  /** Called with the bytes that are there and the bytes that there will be. */
  onProgress?: (loaded: number, total: number) => void;
  /** Gives loading up: the promise is rejected with `Cancelled`. */
  signal?: AbortSignal;
  /**
   * Whether a zip file is kept in the browser, for `listBundles`; one from a web address
   * always is.
   */
  keep?: boolean;
}

export interface TranslateOptions extends DecodingOptions {
  /** Called with every token of a greedy search (`beamSize` 1), as it is found. */
  onToken?: (token: StreamedToken) => void;
  /** Gives the translation up: the promise is rejected with `Cancelled`. */
  signal?: AbortSignal;
}

/**
 * How long a bundle whose bytes are there may take to be tried out, in milliseconds.
 *
 * It takes seconds on a slow phone, and minutes where onnxruntime itself comes over a slow
 * network; the graphs of a stranger might never end.
 */
const LONGEST_TRIAL = 300_000;

/** How a request to the worker ends, and what is heard of it before. */
interface Pending {
  resolve: (result: Loaded | Timed | TokenizedText[]) => void;
  reject: (error: Error) => void;
  onProgress?: ((loaded: number, total: number) => void) | undefined;
  onToken?: ((token: StreamedToken) => void) | undefined;
}

/** `Omit` for each member of a union. */
type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;

/**
 * Loads a bundle in a worker of its own.
 *
 * A bundle from a web address is kept in the browser, and works without a network from
 * then on.
 *
 * @param source Address of a bundle's directory, the bundle as one zip file, or one of
 *   `listBundles`.
 * @throws BundleError where something is missing, damaged or too new; says what.
 */
export async function loadBundle(
  source: string | URL | Blob | KeptBundle,
  { onProgress, signal, keep = false }: LoadOptions = {},
): Promise<Translator> {
  const keeping = { fromCopy: false, directory: keep ? keptFiles() : undefined };
  let from: string | Blob;
  if (source instanceof Blob) from = source;
  else if (typeof source === "string" || source instanceof URL) {
    from = directoryAddress(source);
  } else {
    from = source.address;
    keeping.fromCopy = true;
  }
  const connection = new Connection();
  let trial: ReturnType<typeof setTimeout> | undefined;
  const giveUp = (): void => {
    connection.fail(
      new BundleError(
        "the graphs of the bundle cannot be run: they did not end within " +
          `${LONGEST_TRIAL / 1000} seconds.`,
      ),
    );
  };
  const listen = (loaded: number, total: number): void => {
    clearTimeout(trial);
    // What is slow before is the network.
    if (loaded >= total) trial = setTimeout(giveUp, LONGEST_TRIAL);
    onProgress?.(loaded, total);
  };
  try {
    const loaded = await connection.request(
      { type: "load", source: from, keeping },
      { onProgress: listen },
      signal,
    );
    return new Translator(connection, loaded as Loaded);
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    clearTimeout(trial);
  }
}

/** Returns the bundles that are kept in the browser for this page, by their languages. */
export async function listBundles(): Promise<KeptBundle[]> {
  return keptBundles(new URL("./", document.baseURI));
}

/** Removes a bundle that is kept in the browser; a loaded one can be used further. */
export async function removeBundle({ address }: KeptBundle): Promise<void> {
  await removeKept(address);
}

/** Where bundles from files are kept: an address that no server is asked for. */
function keptFiles(): string {
  return new URL("./kept/", document.baseURI).href;
}

/** A loaded bundle, ready to translate. Close it when it is no longer needed. */
export class Translator {
  /** Address that the bundle is kept under; `undefined` for a file that is not kept. */
  readonly address: string | undefined;
  readonly manifest: Manifest;
  /** Bytes of the files that translating needs. */
  readonly size: number;
  /** Whether the bundle is kept in the browser for use without a network. */
  readonly kept: boolean;
  /** The glossary that the worker has. */
  private sent: Glossary | undefined;

  /** @internal Use `loadBundle`. */
  constructor(
    private readonly connection: Connection,
    loaded: Loaded,
  ) {
    this.address = loaded.address;
    this.manifest = loaded.manifest;
    this.size = loaded.size;
    this.kept = loaded.kept;
  }

  /**
   * Returns the translation of one text.
   *
   * A sentence with a term of several forms is shown to `onToken` once it is whole; so
   * is one with spans that a bundle without slots carries over.
   *
   * @param text A sentence, or any longer text; empty text stays empty.
   */
  async translate(
    text: string,
    options: TranslateOptions = {},
  ): Promise<TimedTranslation> {
    const { found, milliseconds } = await this.request(text, options, false);
    return { ...(found as Translation), milliseconds };
  }

  /**
   * Returns the segments of one text and their translations, in order, each with its
   * alternatives; `separator` says what stands between the translations.
   */
  async translateParts(
    text: string,
    options: TranslateOptions = {},
  ): Promise<TimedParts> {
    const { found, milliseconds } = await this.request(text, options, true);
    return { parts: found as Part[], milliseconds };
  }

  private async request(
    text: string,
    options: TranslateOptions,
    inParts: boolean,
  ): Promise<Timed> {
    const { onToken, signal, glossary, ...decoding } = options;
    const request = {
      type: "translate",
      text,
      options: decoding,
      // What is given up before it began is not sent.
      glossary: signal?.aborted ? undefined : this.sendable(glossary),
      streams: !!onToken,
      inParts,
    } as const;
    return (await this.connection.request(request, { onToken }, signal)) as Timed;
  }

  /**
   * Yields the translation of one text token by token, as it grows, and returns it
   * whole.
   *
   * A beam cannot be streamed, because it may change its mind about what was shown.
   * Whoever stops listening gives the translation up.
   */
  async *stream(
    text: string,
    options: Omit<TranslateOptions, "beamSize" | "numHypotheses" | "onToken"> = {},
  ): AsyncGenerator<StreamedToken, TimedTranslation> {
    const waiting: StreamedToken[] = [];
    const stop = new AbortController();
    let wake: () => void = () => {};
    let ended = false;
    const signal = options.signal
      ? AbortSignal.any([options.signal, stop.signal])
      : stop.signal;
    const onToken = (token: StreamedToken): void => {
      waiting.push(token);
      wake();
    };
    const whole = this.translate(text, { ...options, beamSize: 1, onToken, signal });
    const atEnd = (): void => {
      ended = true;
      wake();
    };
    whole.then(atEnd, atEnd);
    try {
      while (!ended || waiting.length > 0) {
        const token = waiting.shift();
        if (token) yield token;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
      return await whole;
    } finally {
      stop.abort();
    }
  }

  /** Returns the tokens that the encoder reads, without bos and eos, of many texts. */
  async tokenize(texts: readonly string[]): Promise<TokenizedText[]> {
    return (await this.connection.request({
      type: "tokenize",
      texts,
    })) as TokenizedText[];
  }

  /** Returns the terms of a glossary, if the worker does not have them. */
  private sendable(glossary: Glossary | undefined): Terms | "as before" | undefined {
    if (glossary === undefined) return undefined;
    if (glossary === this.sent) return "as before";
    this.sent = glossary;
    return glossary.terms;
  }

  /** Ends the worker and frees what the model takes. */
  close(): void {
    this.connection.close();
  }
}

/** Requests to one worker, and its replies. */
class Connection {
  private readonly worker = new Worker(
    new URL("./worker/translation_worker.ts", import.meta.url),
    {
      type: "module",
    },
  );
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;

  constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<Reply>) => this.receive(data);
    this.worker.onerror = (event) => {
      this.fail(
        new Error(
          `the translation worker failed: ${event.message ?? "it did not start"}.`,
        ),
      );
    };
  }

  request(
    request: WithoutId<Request>,
    listeners: Pick<Pending, "onProgress" | "onToken"> = {},
    signal?: AbortSignal,
  ): Promise<Loaded | Timed | TokenizedText[]> {
    const what = request.type === "load" ? "loading" : "the translation";
    if (signal?.aborted) return Promise.reject(new Cancelled(`${what} was cancelled.`));
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject, ...listeners });
      this.worker.postMessage({ ...request, id });
      signal?.addEventListener(
        "abort",
        () => {
          if (!this.pending.delete(id)) return;
          this.worker.postMessage({ type: "cancel", id } satisfies Request);
          reject(new Cancelled(`${what} was cancelled.`));
        },
        { once: true },
      );
    });
  }

  close(): void {
    this.worker.terminate();
    this.fail(new Cancelled("the translator was closed."));
  }

  private receive(reply: Reply): void {
    const pending = this.pending.get(reply.id);
    if (!pending) return; // cancelled meanwhile
    if (reply.type === "progress") pending.onProgress?.(reply.loaded, reply.total);
    else if (reply.type === "token") pending.onToken?.(reply.token);
    else {
      this.pending.delete(reply.id);
      if (reply.type === "result") pending.resolve(reply.result);
      else pending.reject(errorOf(reply.name, reply.message));
    }
  }

  /** Ends all requests with an error. */
  fail(error: Error): void {
    for (const pending of this.pending.values()) pending.reject(error);
    this.pending.clear();
  }
}

function errorOf(name: string, message: string): Error {
  if (name === "BundleError") return new BundleError(message);
  if (name === "Cancelled") return new Cancelled(message);
  if (name === "RangeError") return new RangeError(message);
  return new Error(message);
}

/** A relative address counts from the page; a directory's ends in a slash. */
function directoryAddress(source: string | URL): string {
  const url = new URL(source, document.baseURI);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}
