import { expect, test } from "vitest";
import { BundleError } from "../src/library/errors.js";
import { completeStep } from "../src/library/model/shared_weights.js";
import { field, message } from "./onnx_bytes.js";

const WEIGHT = Uint8Array.of(7, 8, 9, 10);
const ENCODER = Uint8Array.of(1, 2, ...WEIGHT, 3);
const PLACE = { location: "encoder.onnx", offset: "2", length: "4" };

const NAMED = [field(1, 4), field(2, 3), field(8, "weight")];
const tensor = (place: Record<string, string>): Uint8Array =>
  message(
    ...NAMED,
    ...Object.entries(place).map(([key, value]) =>
      field(13, message(field(1, key), field(2, value))),
    ),
    field(14, 1),
  );
const stepOf = (...weights: Uint8Array[]): Uint8Array =>
  message(
    field(1, 8),
    field(7, message(field(2, "step"), ...weights.map((one) => field(5, one)))),
    field(8, message(field(2, 17))),
  );
const complete = (step: Uint8Array): Uint8Array =>
  completeStep(step, ENCODER, "encoder.onnx", "decoder_step.onnx");

test("a weight is put in its place", () => {
  expect(complete(stepOf(tensor(PLACE)))).toEqual(
    stepOf(message(...NAMED, field(9, WEIGHT))),
  );
});

test.each([
  ["no reference", stepOf(message(...NAMED, field(9, WEIGHT)))],
  ["a reference to another file", stepOf(tensor({ ...PLACE, location: "/etc/x" }))],
  ["another format", Uint8Array.of(8, 0, 0, 0, 79, 82, 84, 77)],
])("a step with %s stays as it is", (_, step) => {
  expect(complete(step)).toEqual(step);
});

test.each([
  ["a weight beyond the end", [{ ...PLACE, offset: "4" }]],
  ["a weight far beyond the end", [{ ...PLACE, length: "9".repeat(15) }]],
  ["a weight again and again", [PLACE, PLACE]],
])("%s is refused", (_, places) => {
  const step = stepOf(...places.map(tensor));
  expect(() => complete(step)).toThrow(BundleError);
  expect(() => complete(step)).toThrow("must be within 7 bytes");
});

test.each<Record<string, string>>([
  { location: "encoder.onnx" },
  { ...PLACE, checksum: "0" },
  { ...PLACE, offset: "-2" },
  { ...PLACE, offset: "2.0" },
  { ...PLACE, length: "9".repeat(16) },
])("a place has two numbers: %j", (place) => {
  expect(() => complete(stepOf(tensor(PLACE), tensor(place)))).toThrow(
    "external data must have location, offset, length",
  );
});
