/** What a person has chosen, kept on this device where the browser allows it. */

export interface Settings {
  /** Address of the bundle that was used last; `undefined` for that of the page. */
  bundle: string | undefined;
  /** Whether numbers are written for the readers of the translation. */
  rewritesNumbers: boolean;
  /** Sentences of less confidence are doubtful. */
  leastConfidence: number;
  withholdsDoubtful: boolean;
  keepsHistory: boolean;
}

const DEFAULTS: Settings = {
  bundle: undefined,
  rewritesNumbers: false,
  leastConfidence: 0.3,
  withholdsDoubtful: false,
  keepsHistory: true,
};

const name = (): string => `keras-s2s settings ${new URL("./", document.baseURI)}`;

/** Returns what was chosen last; the defaults where that is not known. */
export function readSettings(): Settings {
  const settings = { ...DEFAULTS };
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(name()) ?? "{}");
    for (const key of Object.keys(DEFAULTS) as (keyof Settings)[]) {
      const value = (stored as Partial<Settings>)[key];
      const expected = key === "bundle" ? "string" : typeof DEFAULTS[key];
      // biome-ignore lint/suspicious/noExplicitAny: its type was just looked at
      if (typeof value === expected) (settings as any)[key] = value;
    }
  } catch {
    // Nothing can be kept here, or something else stands there.
  }
  return settings;
}

export function storeSettings(settings: Settings): void {
  try {
    localStorage.setItem(name(), JSON.stringify(settings));
  } catch {
    // They hold until the page is left.
  }
}
