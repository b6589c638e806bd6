/** A session of onnxruntime as everything here uses it. */

import type { InferenceSession, Tensor, TypedTensor } from "onnxruntime-web/wasm";
import { BundleError, messageOf } from "../errors.js";
import type { StateArray } from "../search/greedy_search.js";

/**
 * What is used of onnxruntime; it comes as an argument, so that its build is chosen
 * once.
 */
export interface Onnxruntime {
  InferenceSession: {
    create(
      model: Uint8Array,
      options: InferenceSession.SessionOptions,
    ): Promise<InferenceSession>;
  };
  Tensor: new (
    type: StateArray["type"] | "int64",
    data: StateArray["data"] | BigInt64Array,
    dims: readonly number[],
  ) => TypedTensor<StateArray["type"] | "int64">;
}

const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ["wasm"],
  logSeverityLevel: 4,
};

/** Starts a session of a graph that was checked; `file` names it in errors. */
export async function startSession(
  runtime: Onnxruntime,
  model: Uint8Array,
  file: string,
): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(model, SESSION_OPTIONS);
  } catch (error) {
    throw new BundleError(
      `${file} is no model that onnxruntime runs: ${messageOf(error)}`,
    );
  }
}

/** Runs a graph; that it fails is an error of the bundle. */
export async function run(
  session: InferenceSession,
  feeds: Record<string, Tensor>,
  outputs: readonly string[],
  file: string,
): Promise<InferenceSession.OnnxValueMapType> {
  try {
    return await session.run(feeds, outputs);
  } catch (error) {
    throw new BundleError(`${file} cannot be run: ${messageOf(error)}`);
  }
}
