/** Names of languages, for people. */

/** Returns the English name of a language code, or the code where it is none. */
export function languageName(code: string): string {
  try {
    const names = new Intl.DisplayNames("en", { type: "language", fallback: "code" });
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

/** Returns the code if it may stand in a `lang` attribute, else "". */
export function languageTag(code: string): string {
  try {
    return Intl.getCanonicalLocales(code)[0] ?? "";
  } catch {
    return "";
  }
}
