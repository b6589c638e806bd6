/**
 * The worker in which a bundle is loaded and run, so that typing never waits for it.
 */

import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import {
  type BundleSource,
  directorySource,
  keptSource,
  zipSource,
} from "../library/bundle/bundle_source.js";
import { openBundle } from "../library/bundle/open_bundle.js";
import { Cancelled, messageOf } from "../library/errors.js";
import type { Onnxruntime } from "../library/model/onnx_session.js";
import { loadModel } from "../library/model/translation_model.js";
import { Glossary } from "../library/text/glossary.js";
import type { StreamedToken } from "../library/translation/streaming.js";
import { TextTranslator } from "../library/translation/translator.js";
import type { Loaded, Reply, Request, Timed } from "./messages.js";

/** How long the worker computes before it looks whether anything was cancelled. */
const SLICE_MILLISECONDS = 8;

/**
 * A browser compiles WebAssembly quickly first and well once it has run for a while,
 * and stops for it. These translations of nothing in particular bring that about while
 * nobody waits.
 */
const WARM_UP_ROUNDS = 8;
const WARM_UP_TEXT = "0 1 2 3 4 5 6 7 8 9";
const WARM_UP_TOKENS = 16;

// More threads need a page that is isolated from other origins, and gain nothing for
// graphs this small.
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = { wasm: new URL(wasmUrl, import.meta.url).href };

const scope = self as unknown as DedicatedWorkerGlobalScope;
const cancelled = new Set<number>();
let translator: TextTranslator | undefined;
/** The last glossary that was sent. */
let glossary: Glossary | undefined;
/** Requests that have come and are not answered. */
let waiting = 0;
let coldRounds = 0;
/** Requests are answered one after another. */
let queue: Promise<void> = Promise.resolve();

scope.onmessage = ({ data: request }: MessageEvent<Request>) => {
  if (request.type === "cancel") {
    cancelled.add(request.id);
    return;
  }
  waiting += 1;
  queue = queue.then(() => answer(request)).then(warmUpWhileIdle);
};

async function answer(request: Exclude<Request, { type: "cancel" }>): Promise<void> {
  const { id } = request;
  try {
    if (request.type === "load") {
      send({ id, type: "result", result: await load(request) });
    } else if (request.type === "tokenize") {
      const tokenizer = loaded().model.sourceTokenizer;
      send({
        id,
        type: "result",
        result: request.texts.map((text) => tokenizer.tokenize(text)),
      });
    } else {
      send({ id, type: "result", result: await translate(request) });
    }
  } catch (error) {
    const name = error instanceof Error ? error.name : "Error";
    send({ id, type: "error", name, message: messageOf(error) });
  }
  cancelled.delete(id);
  waiting -= 1;
}

async function load({
  id,
  source: from,
  keeping: { fromCopy, directory },
}: Extract<Request, { type: "load" }>): Promise<Loaded> {
  let source: BundleSource;
  if (typeof from !== "string") {
    source = await zipSource(from, directory ? new URL(directory) : undefined);
  } else {
    source = fromCopy ? keptSource(new URL(from)) : directorySource(new URL(from));
  }
  const bundle = await openBundle(source, (loaded, total) => {
    send({ id, type: "progress", loaded, total });
  });
  const runtime = ort as unknown as Onnxruntime;
  try {
    const model = await loadModel(bundle.manifest, bundle.files, runtime);
    translator = new TextTranslator(model);
  } catch (error) {
    await bundle.drop();
    throw error;
  }
  coldRounds = WARM_UP_ROUNDS;
  const kept = await bundle.keep();
  const { manifest, size } = bundle;
  return { address: source.url?.href, manifest, size, kept };
}

async function translate(
  request: Extract<Request, { type: "translate" }>,
): Promise<Timed> {
  const { id, text, options, streams, inParts } = request;
  const begin = performance.now();
  let sliceEnd = begin;
  if (request.glossary && request.glossary !== "as before") {
    glossary = new Glossary(request.glossary);
  }
  const used = request.glossary ? { ...options, glossary } : options;
  const watch = {
    ...(streams && {
      onToken: (token: StreamedToken) => send({ id, type: "token", token }),
    }),
    beforeStep: async (): Promise<void> => {
      if (performance.now() >= sliceEnd) {
        await nextTask();
        sliceEnd = performance.now() + SLICE_MILLISECONDS;
      }
      if (cancelled.has(id)) throw new Cancelled("the translation was cancelled.");
    },
  };
  const found = inParts
    ? await loaded().translateParts(text, used, watch)
    : await loaded().translate(text, used, watch);
  return { found, milliseconds: performance.now() - begin };
}

async function warmUpWhileIdle(): Promise<void> {
  const options = { beamSize: 1, maxLength: WARM_UP_TOKENS };
  const beforeStep = async () => {
    await nextTask();
    if (waiting > 0) throw new Cancelled("somebody waits for another translation.");
  };
  while (coldRounds > 0 && waiting === 0) {
    try {
      await loaded().translate(WARM_UP_TEXT, options, { beforeStep });
      coldRounds -= 1;
    } catch (error) {
      // Whatever else is wrong, the next request will say.
      if (!(error instanceof Cancelled)) coldRounds = 0;
    }
  }
}

function loaded(): TextTranslator {
  if (!translator) throw new Error("a bundle must be loaded before it is used.");
  return translator;
}

function send(reply: Reply): void {
  scope.postMessage(reply);
}

const channel = new MessageChannel();

/** Lets messages that wait be received; a timer would wait for 4 ms. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(null);
  });
}
