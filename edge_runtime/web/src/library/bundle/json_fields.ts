/** Typed reading of JSON objects, with errors that name the key and the place. */

import { BundleError } from "../errors.js";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Returns `value` as a JSON object with exactly the keys in `required`. */
export function readObject(
  value: unknown,
  where: string,
  required: readonly string[],
): JsonObject {
  const fields = readFreeObject(value, where);
  const missing = required.filter((key) => !(key in fields));
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

/** Returns `value` as a JSON object with any keys. */
export function readFreeObject(value: unknown, where: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BundleError(`${where} must be a JSON object. Received: ${shown(value)}.`);
  }
  return value as JsonObject;
}

/** Returns `value` as text. */
export function readString(value: unknown, where: string): string {
  if (typeof value !== "string") {
    throw new BundleError(`${where} must be text. Received: ${shown(value)}.`);
  }
  return value;
}

/** Returns `value` as an integer of at least `minimum`. */
export function readInteger(value: unknown, where: string, minimum: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < minimum) {
    throw new BundleError(
      `${where} must be an integer of at least ${minimum}. Received: ${shown(value)}.`,
    );
  }
  return value as number;
}

/** Returns `value` as a finite number of at least `minimum`. */
export function readNumber(value: unknown, where: string, minimum: number): number {
  if (typeof value !== "number" || !(value >= minimum && value < 1e300)) {
    throw new BundleError(
      `${where} must be a number of at least ${minimum}. Received: ${shown(value)}.`,
    );
  }
  return value;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
