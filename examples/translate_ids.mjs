// Drives the two graphs of a bundle from `bundle.json` alone: one sentence of source ids
// on every line of standard input gives one line of target ids, by greedy search.
//
//   npm install onnxruntime-node
//   python -c "import sentencepiece as s
//   print(*s.SentencePieceProcessor(model_file='models/zh-en/source.spm').encode('我爱吃苹果'))" |
//     node examples/translate_ids.mjs models/zh-en
//
// Ids are what the bundle's SentencePiece models read and write. Any onnxruntime for
// JavaScript will do: ONNXRUNTIME names another module than `onnxruntime-node`.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const ort = await import(process.env.ONNXRUNTIME ?? "onnxruntime-node");
const directory = process.argv[2];
const {
  graphs,
  limits,
  special_ids: ids,
} = JSON.parse(readFileSync(join(directory, "bundle.json"), "utf8"));
const read = (graph) => readFileSync(join(directory, graph.file));
const encoder = await ort.InferenceSession.create(read(graphs.encoder));
// A step may refer to weights in the encoder's file.
const decoderStep = await ort.InferenceSession.create(read(graphs.decoder_step), {
  externalData: [{ path: graphs.encoder.file, data: read(graphs.encoder) }],
});

/** Returns the target ids of one sentence, without bos and eos. */
async function translate(sourceIds) {
  const source = Int32Array.of(ids.bos, ...sourceIds, ids.eos);
  // What the encoder returns is called as the decoder step reads it.
  let states = await encoder.run({
    source_ids: new ort.Tensor("int32", source, [1, source.length]),
  });
  const targetIds = [];
  let tokenId = ids.bos;
  while (targetIds.length < limits.max_target_length) {
    const feeds = { token_ids: new ort.Tensor("int32", Int32Array.of(tokenId), [1]) };
    for (const name of Object.keys(graphs.decoder_step.inputs))
      feeds[name] ??= states[name];
    const outputs = await decoderStep.run(feeds);
    const logProbs = outputs.log_probs.data;
    tokenId = logProbs.indexOf(Math.max(...logProbs));
    if (tokenId === ids.eos) break;
    targetIds.push(tokenId);
    // The next step reads what this one returned as next_decoder_state_0, 1, ...
    states = { ...states };
    for (const name of Object.keys(feeds))
      states[name] = outputs[`next_${name}`] ?? states[name];
  }
  return targetIds;
}

for (const line of readFileSync(0, "utf8").trimEnd().split("\n")) {
  const sourceIds = line.split(" ").filter(Boolean).map(Number);
  console.log((await translate(sourceIds)).join(" "));
}
