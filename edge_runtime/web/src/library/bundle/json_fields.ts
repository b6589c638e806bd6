/**
 * Typed reading of JSON objects, with errors that name the key and the place; see
 * `edge_runtime/bundle/json_fields.py`, which accepts the same.
 */

import { BundleError, messageOf } from "../errors.js";
import { LARGEST_INTEGER, NAME_BYTES, NESTING } from "./bounds.js";
import {
  isObject,
  readJson,
  type WrittenJson,
  WrittenNumber,
  type WrittenObject,
} from "./json_numbers.js";

/** Control characters, and halves of surrogate pairs alone. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const NOT_IN_NAMES = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u;
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/**
 * Returns the content of a JSON text.
 *
 * @throws BundleError where it is not JSON in UTF-8, is nested too deeply, or holds
 *   numbers or texts that not every program can read.
 */
export function parseJson(content: Uint8Array, where: string): WrittenJson {
  let value: WrittenJson;
  try {
    value = readJson(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (error) {
    throw new BundleError(`${where} is not valid JSON: ${messageOf(error)}`);
  }
  let level = [value];
  for (let depth = 0; depth < NESTING; depth++) {
    if (level.length === 0) return value;
    for (const part of level) checkValue(part, where);
    level = level.flatMap(partsOf);
  }
  throw new BundleError(`${where} must not nest deeper than ${NESTING} levels.`);
}

function partsOf(value: WrittenJson): WrittenJson[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? [...Object.keys(value), ...Object.values(value)] : [];
}

function checkValue(value: WrittenJson, where: string): void {
  if (typeof value === "string" && LONE_SURROGATE.test(value)) {
    throw new BundleError(`${where} must hold text alone. Received: ${shown(value)}.`);
  }
  if (!(value instanceof WrittenNumber)) return;
  if (!Number.isFinite(value.value)) {
    throw new BundleError(`${where} must hold finite numbers.`);
  }
  if (value.isInteger && Math.abs(value.value) > LARGEST_INTEGER) {
    throw new BundleError(
      `${where} must hold integers of at most ${LARGEST_INTEGER}. ` +
        `Received: ${shown(value)}.`,
    );
  }
}

/** Returns `value` as a JSON object with exactly the keys in `required`. */
export function readObject(
  value: WrittenJson | undefined,
  where: string,
  required: readonly string[],
): WrittenObject {
  const fields = readFreeObject(value, where);
  const missing = required.filter((key) => !Object.hasOwn(fields, key));
  const unknown = Object.keys(fields).filter((key) => !required.includes(key));
  if (missing.length > 0 || unknown.length > 0) {
    const complaints = [
      missing.length > 0 ? `missing ${missing.sort().join(", ")}` : "",
      unknown.length > 0 ? `unknown ${unknown.sort().join(", ")}` : "",
    ];
    throw new BundleError(
      `${where} must have exactly the keys ${[...required].sort().join(", ")}. ` +
        `Received: ${complaints.filter(Boolean).join("; ")}.`,
    );
  }
  return fields;
}

/** Returns `value` as a JSON object with any keys, at most `most` of them. */
export function readFreeObject(
  value: WrittenJson | undefined,
  where: string,
  most = Number.POSITIVE_INFINITY,
): WrittenObject {
  if (value === undefined || !isObject(value)) {
    throw new BundleError(`${where} must be a JSON object. Received: ${shown(value)}.`);
  }
  const count = Object.keys(value).length;
  if (count > most) {
    throw new BundleError(
      `${where} must have at most ${most} entries. Received: ${count}.`,
    );
  }
  return value;
}

/** Returns `value` as a name: text of one line, without control characters. */
export function readName(value: WrittenJson | undefined, where: string): string {
  if (
    typeof value !== "string" ||
    new TextEncoder().encode(value).length > NAME_BYTES ||
    NOT_IN_NAMES.test(value)
  ) {
    throw new BundleError(
      `${where} must be text of at most ${NAME_BYTES} bytes without control ` +
        `characters. Received: ${shown(value)}.`,
    );
  }
  return value;
}

/** Returns `value` as an integer from `minimum` to `maximum`. */
export function readInteger(
  value: WrittenJson | undefined,
  where: string,
  minimum: number,
  maximum: number,
): number {
  const number = value instanceof WrittenNumber && value.isInteger ? value.value : NaN;
  checkWithin(number, `${where} must be an integer`, minimum, maximum, value);
  return number;
}

/** Returns `value` as a number from `minimum` to `maximum`. */
export function readNumber(
  value: WrittenJson | undefined,
  where: string,
  minimum: number,
  maximum: number,
): number {
  const number = value instanceof WrittenNumber ? value.value : NaN;
  checkWithin(number, `${where} must be a number`, minimum, maximum, value);
  return number;
}

function checkWithin(
  number: number,
  must: string,
  minimum: number,
  maximum: number,
  received: WrittenJson | undefined,
): void {
  if (minimum <= number && number <= maximum) return;
  throw new BundleError(
    `${must} of at least ${minimum} and at most ${maximum}. ` +
      `Received: ${shown(received)}.`,
  );
}

function shown(value: WrittenJson | undefined): string {
  if (value instanceof WrittenNumber) return value.toString();
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
