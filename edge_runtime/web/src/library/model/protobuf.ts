/**
 * The wire format of protocol buffers, as far as ONNX files need it; the same as
 * `edge_runtime/model/protobuf.py` and `protobuf_writer.py`.
 *
 * Reference: https://protobuf.dev/programming-guides/encoding/
 */

/** A varint, or the bytes of a field of any other kind. */
export type Value = number | Uint8Array;

const LONGEST_VARINT = 10;
const VARINT = 0;
const BYTES = 2;

/** Yields number and value of each field, and the place where the next one begins. */
export function* fieldsOf(
  message: Uint8Array,
): Generator<[number: number, value: Value, end: number]> {
  const cut = (begin: number, length: number): Uint8Array => {
    if (length < 0 || length > message.length - begin) {
      throw new Error("a field reaches beyond the end of its message.");
    }
    return message.subarray(begin, begin + length);
  };
  for (let place = 0; place < message.length; ) {
    let tag: bigint;
    [tag, place] = readVarint(message, place);
    const number = Number(tag >> 3n);
    const wireType = Number(tag & 7n);
    if (wireType === 0) {
      let value: bigint;
      [value, place] = readVarint(message, place);
      yield [number, signed(value), place];
      continue;
    }
    let length = { 1: 8, 5: 4 }[wireType];
    if (wireType === 2) {
      let size: bigint;
      [size, place] = readVarint(message, place);
      length = Number(size);
    }
    if (length === undefined) {
      throw new Error(`a field has the unknown wire type ${wireType}.`);
    }
    const value = cut(place, length);
    place += length;
    yield [number, value, place];
  }
}

/** Yields number and value of each field, and the field as it is written. */
export function* wholeFieldsOf(
  message: Uint8Array,
): Generator<[number: number, value: Value, field: Uint8Array]> {
  let begin = 0;
  for (const [number, value, end] of fieldsOf(message)) {
    yield [number, value, message.subarray(begin, end)];
    begin = end;
  }
}

/** Returns an integer of at most 64 bits, and the place after it. */
export function readVarint(
  message: Uint8Array,
  place: number,
): [value: bigint, place: number] {
  let value = 0n;
  const bytes = message.subarray(place, place + LONGEST_VARINT);
  for (const [index, byte] of bytes.entries()) {
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) {
      if (value >> 64n) break;
      return [value, place + index + 1];
    }
  }
  throw new Error("an integer must end within its message and 64 bits.");
}

export function signed(value: bigint): number {
  return Number(BigInt.asIntN(64, value));
}

/** Returns a field of a message: an integer, a text, or bytes (a message, too). */
export function written(
  number: number,
  value: number | string | Uint8Array,
): Uint8Array {
  if (typeof value === "number") {
    return joined([varint(number * 8 + VARINT), varint(value)]);
  }
  const content = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return joined([varint(number * 8 + BYTES), varint(content.length), content]);
}

/** Returns parts one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

function varint(value: number): Uint8Array {
  const found: number[] = [];
  let left = value;
  while (left > 0x7f) {
    found.push((left % 128) | 0x80);
    left = Math.floor(left / 128);
  }
  return Uint8Array.of(...found, left);
}
