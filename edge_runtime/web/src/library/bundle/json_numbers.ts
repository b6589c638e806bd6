/**
 * JSON as Python reads and writes it, which tells `1` from `1.0`.
 *
 * The checksum of a manifest covers its text as Python writes it: `0.0` and `1e-07` where
 * JavaScript would write `0` and `1e-7`.
 */

/** A number, and whether it is an integer: one without fraction and exponent. */
export class WrittenNumber {
  readonly value: number;
  readonly isInteger: boolean;

  constructor(text: string) {
    this.value = Number(text);
    this.isInteger = /^-?\d+$/.test(text);
  }

  /** Returns the number as `json.dumps` writes it. */
  toString(): string {
    // An integer in Python has no negative zero.
    if (this.isInteger) return String(this.value + 0);
    return pythonFloat(this.value);
  }

  toJSON(): number {
    return this.value;
  }
}

export type WrittenJson =
  | null
  | boolean
  | string
  | WrittenNumber
  | WrittenJson[]
  | WrittenObject;

export type WrittenObject = { readonly [key: string]: WrittenJson };

const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings have none
  /[ \t\n\r]*(?:([{}[\]:,])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(true|false|null))/y;

/**
 * Reads JSON.
 *
 * @throws SyntaxError where the text is no JSON, RangeError where it is nested too
 *   deeply.
 */
export function readJson(text: string): WrittenJson {
  JSON.parse(text);
  TOKEN.lastIndex = 0;
  return readValue(nextToken(text), text);
}

function nextToken(text: string): RegExpExecArray {
  const token = TOKEN.exec(text);
  if (!token) throw new SyntaxError("the text must be JSON.");
  return token;
}

function readValue(token: RegExpExecArray, text: string): WrittenJson {
  const [, mark, string, number, word] = token;
  if (string !== undefined) return JSON.parse(string) as string;
  if (number !== undefined) return new WrittenNumber(number);
  if (word !== undefined) return JSON.parse(word) as boolean | null;
  if (mark === "[") return readArray(text);
  return readObject(text);
}

function readArray(text: string): WrittenJson[] {
  const values: WrittenJson[] = [];
  let token = nextToken(text);
  while (token[1] !== "]") {
    values.push(readValue(token, text));
    token = nextToken(text);
    if (token[1] === ",") token = nextToken(text);
  }
  return values;
}

function readObject(text: string): WrittenObject {
  // Without a prototype: a key may be called `__proto__`.
  const fields = Object.create(null) as { [key: string]: WrittenJson };
  let token = nextToken(text);
  while (token[1] !== "}") {
    const key = JSON.parse(token[2]!) as string;
    nextToken(text); // the colon
    fields[key] = readValue(nextToken(text), text);
    token = nextToken(text);
    if (token[1] === ",") token = nextToken(text);
  }
  return fields;
}

/** Returns whether a value is a JSON object. */
export function isObject(value: WrittenJson): value is WrittenObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof WrittenNumber)
  );
}

/**
 * Returns JSON with sorted keys, no spaces and ASCII only, as `json.dumps` writes it.
 */
export function canonicalJson(value: WrittenJson): string {
  if (typeof value === "string") return asciiString(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isObject(value)) return String(value);
  const fields = Object.keys(value)
    .sort(compareCodePoints)
    .map((key) => `${asciiString(key)}:${canonicalJson(value[key]!)}`);
  return `{${fields.join(",")}}`;
}

/** Returns plain values, as `JSON.parse` does. */
export function plainJson(value: WrittenJson): unknown {
  if (value instanceof WrittenNumber) return value.value;
  if (Array.isArray(value)) return value.map(plainJson);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, plainJson(field)]),
  );
}

/** Returns a finite number as Python's `repr` of a float writes it. */
function pythonFloat(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  // Both languages write the fewest digits that lead back to the number.
  const [mantissa, power] = Math.abs(value).toExponential().split("e");
  const digits = mantissa!.replace(".", "");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const shown = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${shown}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

const ESCAPES: Record<string, string> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function asciiString(text: string): string {
  const escaped = text.replace(
    /["\\]|[^ -~]/g,
    (unit) => ESCAPES[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}

function compareCodePoints(first: string, second: string): number {
  const left = Array.from(first, (character) => character.codePointAt(0)!);
  const right = Array.from(second, (character) => character.codePointAt(0)!);
  for (let place = 0; place < Math.min(left.length, right.length); place++) {
    if (left[place] !== right[place]) return left[place]! - right[place]!;
  }
  return left.length - right.length;
}
