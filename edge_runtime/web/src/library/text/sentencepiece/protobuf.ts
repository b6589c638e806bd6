/** The wire format of protocol buffers, as far as a SentencePiece model uses it. */

export const WireType = { VARINT: 0, FIXED_64: 1, BYTES: 2, FIXED_32: 5 } as const;

/**
 * One field of a message: `value` for numbers, `bytes` for everything with a length.
 */
export interface Field {
  number: number;
  wireType: number;
  value: number;
  bytes: Uint8Array;
}

const NO_BYTES: Uint8Array = new Uint8Array();
const LONGEST_VARINT = 10;
const LARGEST_TAG = 2 ** 32 - 1;

/**
 * Yields the fields of one message, in the order in which they were written.
 *
 * @throws RangeError where the bytes end in the middle of a field, or are no fields.
 */
export function* readFields(message: Uint8Array): Generator<Field> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let position = 0;

  function readVarint(): number {
    let value = 0;
    for (let length = 0; length < LONGEST_VARINT; length++) {
      const byte = view.getUint8(position++);
      // Negative numbers take ten bytes; nothing that is read here is negative.
      value += (byte & 0x7f) * 128 ** length;
      if (byte < 0x80) return value;
    }
    throw new RangeError(`an integer must have at most ${LONGEST_VARINT} bytes.`);
  }

  while (position < message.length) {
    const tag = readVarint();
    const [number, wireType] = [Math.floor(tag / 8), tag % 8];
    if (number === 0 || tag > LARGEST_TAG) {
      throw new RangeError(`there must be no field ${number}.`);
    }
    const field: Field = { number, wireType, value: 0, bytes: NO_BYTES };
    switch (wireType) {
      case WireType.VARINT:
        field.value = readVarint();
        break;
      case WireType.FIXED_64:
        field.value = view.getFloat64(position, true);
        position += 8;
        break;
      case WireType.BYTES: {
        const length = readVarint();
        if (position + length > message.length) {
          throw new RangeError(
            `a field must end within the message. Received: ${length} bytes.`,
          );
        }
        field.bytes = message.subarray(position, position + length);
        position += length;
        break;
      }
      case WireType.FIXED_32:
        field.value = view.getFloat32(position, true);
        position += 4;
        break;
      default:
        throw new RangeError(
          `a wire type must be 0, 1, 2 or 5. Received: ${wireType}.`,
        );
    }
    yield field;
  }
}
