import { expect, test } from "vitest";
import type { GraphSpec, TensorSpec } from "../src/library/bundle/manifest.js";
import { BundleError } from "../src/library/errors.js";
import type { Onnxruntime } from "../src/library/model/onnx_session.js";
import { openDecoderStep, openEncoder } from "../src/library/model/sessions.js";
import { onnxFile } from "./onnx_bytes.js";

const VOCAB_SIZE = 5;
const float = (...shape: TensorSpec["shape"]): TensorSpec => ({
  dtype: "float32",
  shape,
});

const encoder: GraphSpec = {
  file: "encoder.onnx",
  inputs: { source_ids: { dtype: "int32", shape: ["batch", "length"] } },
  outputs: {
    encoder_states: float("batch", "length", 3),
    decoder_state_0: float("batch", 2),
  },
};

const step: GraphSpec = {
  file: "decoder_step.onnx",
  inputs: {
    token_ids: { dtype: "int32", shape: ["batch"] },
    decoder_state_0: float("batch", 2),
    encoder_states: float("batch", "length", 3),
    source_mask: { dtype: "bool", shape: ["batch", "length"] },
  },
  outputs: {
    log_probs: float("batch", VOCAB_SIZE),
    next_decoder_state_0: float("batch", 2),
    alignment: float("batch", "length"),
  },
};

const array = (dims: number[], value = -1) => ({
  type: "float32" as const,
  data: new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(value),
  dims,
});

const GOOD = {
  encoder_states: array([1, 4, 3]),
  decoder_state_0: array([1, 2]),
  log_probs: array([2, VOCAB_SIZE]),
  next_decoder_state_0: array([2, 2]),
  alignment: array([2, 4]),
};

/** A runtime whose graphs are as the manifest says, and return what they are told. */
function runtimeOf(spec: GraphSpec, results: object | Error): Onnxruntime {
  const metadata = (tensors: Record<string, TensorSpec>) =>
    Object.entries(tensors).map(([name, { dtype, shape }]) => ({
      name,
      isTensor: true,
      type: dtype,
      shape,
    }));
  const session = {
    inputMetadata: metadata(spec.inputs),
    outputMetadata: metadata(spec.outputs),
    run: async () => {
      if (results instanceof Error) throw results;
      return results;
    },
  };
  return {
    InferenceSession: { create: async () => session },
    Tensor: class {
      constructor(
        readonly type: string,
        readonly data: unknown,
        readonly dims: readonly number[],
      ) {}
    },
  } as unknown as Onnxruntime;
}

async function takeStep(changes: object | Error) {
  const results = changes instanceof Error ? changes : { ...GOOD, ...changes };
  const take = await openDecoderStep(runtimeOf(step, results), onnxFile(step), step);
  const states = {
    decoder_state_0: array([2, 2]),
    encoder_states: array([2, 4, 3]),
    source_mask: { type: "bool" as const, data: new Uint8Array(8), dims: [2, 4] },
  };
  return take(Int32Array.of(1, 2), states as never);
}

async function encode(changes: object) {
  const runtime = runtimeOf(encoder, { ...GOOD, ...changes });
  const run = await openEncoder(runtime, onnxFile(encoder), encoder);
  return run([2, 7, 8, 3]);
}

test("what has the manifest's shapes is read", async () => {
  expect(Object.keys(await encode({}))).toEqual(["encoder_states", "decoder_state_0"]);
  const { logProbs, states } = await takeStep({});
  expect(logProbs).toHaveLength(2 * VOCAB_SIZE);
  expect(states.alignment!.dims).toEqual([2, 4]);
});

test.each([
  ["fewer rows", { log_probs: array([1, VOCAB_SIZE]) }],
  ["fewer tokens", { log_probs: array([2, VOCAB_SIZE - 1]) }],
  ["another rank", { log_probs: array([2, VOCAB_SIZE, 1]) }],
  ["a wider state", { next_decoder_state_0: array([2, 3]) }],
  ["nothing of a state", { next_decoder_state_0: array([0, 2]) }],
  ["a longer alignment", { alignment: array([2, 5]) }],
  ["fewer axes", { next_decoder_state_0: array([2]) }],
])("a step that returns %s is an error of the bundle", async (_, changes) => {
  const failure = takeStep(changes);
  await expect(failure).rejects.toThrow(BundleError);
  await expect(failure).rejects.toThrow("must have the shape [2, ");
});

test.each([
  ["more positions", { encoder_states: array([1, 5, 3]) }],
  ["another width", { encoder_states: array([1, 4, 2]) }],
  ["more rows", { decoder_state_0: array([2, 2]) }],
])("an encoder that returns %s is an error of the bundle", async (_, changes) => {
  const failure = encode(changes);
  await expect(failure).rejects.toThrow(BundleError);
  await expect(failure).rejects.toThrow("must have the shape [1, ");
});

test("log-probs that are no numbers, and graphs that fail, are errors too", async () => {
  const log_probs = array([2, VOCAB_SIZE]);
  log_probs.data.fill(NaN, VOCAB_SIZE);
  await expect(takeStep({ log_probs })).rejects.toThrow("must be numbers");
  const failure = takeStep(new Error("no memory"));
  await expect(failure).rejects.toThrow(BundleError);
  await expect(failure).rejects.toThrow("cannot be run: no memory");
});

/** Opens the encoder with what onnxruntime says of its tensors. */
function openWith(found: Partial<GraphSpec>, content = onnxFile(encoder)) {
  return openEncoder(runtimeOf({ ...encoder, ...found }, GOOD), content, encoder);
}

test.each<[string, string, Partial<GraphSpec>]>([
  [
    "another input",
    "inputs must be those",
    { inputs: { x: float("batch", "length") } },
  ],
  ["no input", "inputs must be those", { inputs: {} }],
  [
    "an input of another type",
    "source_ids must be int32",
    { inputs: { source_ids: float("batch", "length") } },
  ],
  [
    "fewer axes",
    "source_ids must be int32",
    { inputs: { source_ids: { dtype: "int32", shape: ["batch"] } } },
  ],
  [
    "another width",
    "decoder_state_0 must be float32",
    { outputs: { ...encoder.outputs, decoder_state_0: float("batch", 3) } },
  ],
])("a graph that has %s is refused", async (_, complaint, found) => {
  await expect(openWith(found)).rejects.toThrow(BundleError);
  await expect(openWith(found)).rejects.toThrow(complaint);
});

test("axes that are open on one side are no difference", async () => {
  const outputs = { ...encoder.outputs, decoder_state_0: float("rows", "width") };
  await expect(openWith({ outputs })).resolves.toBeTypeOf("function");
});

test("the file is read before onnxruntime sees it", async () => {
  const opened = openWith({}, new Uint8Array());
  await expect(opened).rejects.toThrow("no graph that an export writes");
});

test("what onnxruntime does not load is an error of the bundle", async () => {
  const runtime = runtimeOf(encoder, GOOD);
  runtime.InferenceSession.create = async () => {
    throw new Error("no such type");
  };
  const opened = openEncoder(runtime, onnxFile(encoder), encoder);
  await expect(opened).rejects.toThrow(BundleError);
  await expect(opened).rejects.toThrow("no model that onnxruntime runs: no such type");
});
