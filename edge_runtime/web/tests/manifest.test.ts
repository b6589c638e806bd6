import { describe, expect, test } from "vitest";
import {
  canonicalJson,
  plainJson,
  readJson,
} from "../src/library/bundle/json_numbers.js";
import { readManifest } from "../src/library/bundle/manifest.js";
import { sha256Of } from "../src/library/bundle/sha256.js";
import { checkGraphs } from "../src/library/model/graph_contract.js";

const state = { dtype: "float32", shape: ["batch", 8] };

const decoding = {
  beam_size: 1,
  length_penalty: 0,
  split_sentences: true,
  carry: ["tag", "number"],
};

function content(changes: object = {}) {
  return {
    format_version: 2,
    source_language: "zh",
    target_language: "en",
    architecture: { units: 8, note: '日本語 😀 \u007f"\\' },
    quantization: "none",
    special_ids: { pad: 0, unk: 1, bos: 2, eos: 3 },
    tokenizers: { source: "source.spm", target: "target.spm" },
    graphs: {
      encoder: {
        file: "encoder.onnx",
        inputs: { source_ids: { dtype: "int32", shape: ["batch", "source_length"] } },
        outputs: { decoder_state_0: state },
      },
      decoder_step: {
        file: "decoder_step.onnx",
        inputs: {
          token_ids: { dtype: "int32", shape: ["batch"] },
          decoder_state_0: state,
        },
        outputs: {
          log_probs: { dtype: "float32", shape: ["batch", 70] },
          next_decoder_state_0: state,
        },
      },
    },
    limits: { max_source_length: 30, max_target_length: 20 },
    decoding,
    confidence: null,
    files: Object.fromEntries(
      ["source.spm", "target.spm", "encoder.onnx", "decoder_step.onnx"].map((name) => [
        name,
        { sha256: "0".repeat(64), size: 1 },
      ]),
    ),
    scores: {},
    versions: {},
    ...changes,
  };
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

async function signed(changes: object = {}): Promise<Uint8Array> {
  const text = JSON.stringify(content(changes));
  const checksum = await sha256Of(encode(canonicalJson(readJson(text))));
  return encode(JSON.stringify({ ...content(changes), checksum }));
}

describe("canonical JSON", () => {
  test("writes numbers as Python does, sorts keys and escapes all but ASCII", () => {
    const text =
      ' {"b": [1.0, 1e-07, -0.0, 1E5, 2.50, -0, true, null], "a": "é\\u00e9😀\\n/", "\\ud83d\\ude00": 2} ';
    expect(canonicalJson(readJson(text))).toBe(
      '{"a":"\\u00e9\\u00e9\\ud83d\\ude00\\n/","b":[1.0,1e-07,-0.0,100000.0,2.5,0,true,null],"\\ud83d\\ude00":2}',
    );
  });

  test("sorts by code point, not by 16-bit unit", () => {
    expect(canonicalJson(readJson('{"\uffff": 1, "😀": 2}'))).toBe(
      '{"\\uffff":1,"\\ud83d\\ude00":2}',
    );
  });

  test("plain values are those of JSON.parse", () => {
    const text = '{"a": {"__proto__": [1.50, "x", {}]}, "b": []}';
    expect(plainJson(readJson(text))).toEqual(JSON.parse(text));
  });

  test.each(['{"a": }', "[1,]", "", "nul", '{"a" 1}', "[01]"])("refuses %j", (text) => {
    expect(() => readJson(text)).toThrow(SyntaxError);
  });
});

describe("a manifest", () => {
  test("is read with everything in it", async () => {
    const manifest = await readManifest(await signed());
    expect(manifest.sourceLanguage).toBe("zh");
    expect(manifest.limits).toEqual({ maxSourceLength: 30, maxTargetLength: 20 });
    expect(manifest.decoderStep.outputs.log_probs!.shape).toEqual(["batch", 70]);
    expect(() => checkGraphs(manifest)).not.toThrow();
  });

  test.each([
    ["special_ids", { pad: 0, unk: 1, bos: 3, eos: 2 }, "special_ids must be"],
    [
      "limits",
      { max_source_length: 2, max_target_length: 9 },
      "at least 3 and at most 10000. Received: 2",
    ],
    ["limits", { max_source_length: 9 }, "missing max_target_length"],
    ["decoding", { ...decoding, beam_size: 1.5 }, "integer of at least 1"],
    ["decoding", { ...decoding, length_penalty: -1 }, "number of at least 0"],
    ["decoding", { ...decoding, split_sentences: 1 }, "true or false"],
    ["decoding", { ...decoding, carry: ["word"] }, "list of kinds"],
    [
      "source_language",
      7,
      "must be text of at most 255 bytes without control characters. Received: 7",
    ],
    ["files", { "../x": { sha256: "", size: 0 } }, "plain file names"],
    ["files", {}, "must list every file"],
    ["graphs", [], "must be a JSON object"],
  ])("is refused with a wrong %s", async (key, value, complaint) => {
    await expect(signed({ [key]: value }).then(readManifest)).rejects.toThrow(
      complaint,
    );
  });

  test("is refused when it was changed", async () => {
    const text = new TextDecoder().decode(await signed()).replace('"zh"', '"ja"');
    await expect(readManifest(encode(text))).rejects.toThrow("its checksum differs");
  });

  test("is refused where a tensor is not what the contract says", async () => {
    const graphs = structuredClone(content().graphs);
    graphs.decoder_step.inputs.token_ids.dtype = "int64";
    const manifest = await readManifest(await signed({ graphs }));
    expect(() => checkGraphs(manifest)).toThrow("token_ids must be int32 with 1 axes");
  });
});
