/** Names of languages as their speakers write them, and how their texts run. */

/** Scripts that run from right to left. */
const RIGHT_TO_LEFT = new Set(
  "Adlm Arab Hebr Mand Mend Nkoo Rohg Samr Syrc Thaa Yezi".split(" "),
);
/** Names of languages begin with a small letter within a sentence of these scripts. */
const WITH_CAPITALS = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u;

/** Returns a language's own name, or the code where it is none that is known. */
export function languageName(code: string): string {
  const tag = languageTag(code);
  if (tag === "") return code;
  const [locale = "en"] = Intl.DisplayNames.supportedLocalesOf(tag);
  const names = new Intl.DisplayNames(locale, { type: "language", fallback: "code" });
  const name = names.of(tag) ?? code;
  return WITH_CAPITALS.test(name)
    ? name.slice(0, 1).toLocaleUpperCase(locale) + name.slice(1)
    : name;
}

/** Returns the code if it may stand in a `lang` attribute, else "". */
export function languageTag(code: string): string {
  try {
    return Intl.getCanonicalLocales(code.replaceAll("_", "-"))[0] ?? "";
  } catch {
    return "";
  }
}

/** Returns the direction of a language's texts; "auto" where it is not known. */
export function textDirection(code: string): "ltr" | "rtl" | "auto" {
  const tag = languageTag(code);
  const script = tag && new Intl.Locale(tag).maximize().script;
  if (!script) return "auto";
  return RIGHT_TO_LEFT.has(script) ? "rtl" : "ltr";
}
