/** The wire format of protocol buffers, as far as a SentencePiece model uses it. */

/**
 * One field of a message: `value` for numbers, `bytes` for everything with a length.
 */
export interface Field {
  number: number;
  value: number;
  bytes: Uint8Array;
}

const NO_BYTES: Uint8Array = new Uint8Array();

/**
 * Yields the fields of one message, in the order in which they were written.
 *
 * @throws RangeError where the bytes end in the middle of a field.
 */
export function* readFields(message: Uint8Array): Generator<Field> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let position = 0;

  function readVarint(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = view.getUint8(position++);
      // Negative numbers take ten bytes; nothing that is read here is negative.
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  }

  while (position < message.length) {
    const tag = readVarint();
    const field: Field = { number: Math.floor(tag / 8), value: 0, bytes: NO_BYTES };
    switch (tag % 8) {
      case 0:
        field.value = readVarint();
        break;
      case 1:
        field.value = view.getFloat64(position, true);
        position += 8;
        break;
      case 2: {
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
      case 5:
        field.value = view.getFloat32(position, true);
        position += 4;
        break;
      default:
        throw new RangeError(`a wire type must be 0, 1, 2 or 5. Received: ${tag % 8}.`);
    }
    yield field;
  }
}
