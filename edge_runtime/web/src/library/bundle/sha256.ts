/** Returns the SHA-256 of `content` as 64 hexadecimal digits. */
export async function sha256Of(content: Uint8Array): Promise<string> {
  if (!globalThis.crypto?.subtle) {
    throw new Error(
      "checksums need a secure page: open it over https or on localhost.",
    );
  }
  const digest = await crypto.subtle.digest(
    "SHA-256",
    content as Uint8Array<ArrayBuffer>,
  );
  return Array.from(new Uint8Array(digest), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
