/**
 * The logistic regression of a confidence, as a manifest holds it; see
 * `edge_runtime/bundle/confidence_model.py`.
 */

import { CONFIDENCE_FEATURES } from "../contract.js";
import { BundleError } from "../errors.js";
import { CONFIDENCE_NUMBER } from "./bounds.js";
import { readNumber, readObject } from "./json_fields.js";
import type { WrittenJson } from "./json_numbers.js";

export interface ConfidenceModel {
  /** Names of what it goes by, among `CONFIDENCE_FEATURES`. */
  features: string[];
  /** Mean of each feature where it was fitted. */
  means: number[];
  /** Standard deviation of each feature there, above 0. */
  scales: number[];
  /** Weight of each standardised feature. */
  weights: number[];
  /** Log-odds where every feature has its mean. */
  bias: number;
}

/**
 * Reads the manifest's key `confidence`.
 *
 * @throws BundleError where keys are missing or unknown, features are, lists differ in
 *   length, or a number is out of bounds.
 */
export function readConfidenceModel(
  value: WrittenJson,
  where: string,
): ConfidenceModel {
  const keys = ["features", "means", "scales", "weights", "bias"];
  const fields = readObject(value, where, keys);
  const features = readFeatures(fields.features, `${where}, features`);
  const numbers = (name: string): number[] =>
    readNumbers(fields[name], `${where}, ${name}`, features.length);
  const scales = numbers("scales");
  const least = 1 / CONFIDENCE_NUMBER;
  if (scales.some((scale) => scale < least)) {
    throw new BundleError(`${where}, scales must be at least ${least}.`);
  }
  return {
    features,
    means: numbers("means"),
    scales,
    weights: numbers("weights"),
    bias: readBounded(fields.bias, `${where}, bias`),
  };
}

function readFeatures(value: WrittenJson | undefined, where: string): string[] {
  const isFeature = (name: WrittenJson): name is string =>
    typeof name === "string" && CONFIDENCE_FEATURES.includes(name);
  if (
    !Array.isArray(value) ||
    !value.every(isFeature) ||
    new Set(value).size < value.length
  ) {
    throw new BundleError(
      `${where} must be a list of different names among ` +
        `${CONFIDENCE_FEATURES.join(", ")}.`,
    );
  }
  return value;
}

function readNumbers(
  value: WrittenJson | undefined,
  where: string,
  count: number,
): number[] {
  if (!Array.isArray(value) || value.length !== count) {
    throw new BundleError(
      `${where} must be a list of ${count} numbers, one for each feature.`,
    );
  }
  return value.map((number) => readBounded(number, where));
}

function readBounded(value: WrittenJson | undefined, where: string): number {
  return readNumber(value, where, -CONFIDENCE_NUMBER, CONFIDENCE_NUMBER);
}
