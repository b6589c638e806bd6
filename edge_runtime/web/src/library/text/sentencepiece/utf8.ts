/** Places in a text and in its UTF-8 bytes. */

const ENCODER = new TextEncoder();

/** Returns the bytes of a text; lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** Returns how many bytes the character has that begins with this byte. */
export function characterLength(firstByte: number): number {
  if (firstByte < 0xc0) return 1;
  if (firstByte < 0xe0) return 2;
  return firstByte < 0xf0 ? 3 : 4;
}

/**
 * Returns, for every place in the bytes, the place in the text, counted as JavaScript
 * counts: characters beyond U+FFFF take two. The last entry is the text's length.
 */
export function textPositions(bytes: Uint8Array): Uint32Array {
  const positions = new Uint32Array(bytes.length + 1);
  let position = 0;
  for (let begin = 0; begin < bytes.length; ) {
    const length = characterLength(bytes[begin]!);
    positions.fill(position, begin, begin + length);
    position += length === 4 ? 2 : 1;
    begin += length;
  }
  positions[bytes.length] = position;
  return positions;
}
