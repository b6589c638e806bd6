/** The page: a text, its growing translation, others, and where the words come from. */

import {
  BundleError,
  Cancelled,
  type Glossary,
  type KeptBundle,
  loadBundle,
  type Part,
  type Translation,
  type Translator,
} from "../translator.js";
import { BundleShelf } from "./bundle_shelf.js";
import { copyText } from "./clipboard.js";
import { element } from "./elements.js";
import { GlossaryField } from "./glossary_field.js";
import { HistoryList } from "./history_list.js";
import { languageName, languageTag, textDirection } from "./language_names.js";
import { LiveTranslation } from "./live_translation.js";
import { modelFacts } from "./model_facts.js";
import { counted, megabytes, milliseconds, percent } from "./numbers.js";
import { SentenceCards } from "./sentence_cards.js";
import {
  type SentenceChoices,
  shownOnly,
  wholeText,
  withChoice,
  withOthers,
} from "./sentence_choices.js";
import { SettingsFields } from "./settings_fields.js";
import { receivedText } from "./shared_text.js";
import { SourceMarks } from "./source_marks.js";
import { Speech } from "./speech.js";
import { readSettings, storeSettings } from "./stored_settings.js";
import { TranslationText } from "./translation_text.js";

/** The bundle beside the page. No other: a link to this page must not choose one. */
const OWN_BUNDLE = new URL("bundle/", document.baseURI).href;

const source = element("source", HTMLTextAreaElement);
const sourceCount = element("source-count", HTMLElement);
const clear = element("clear", HTMLButtonElement);
const paste = element("paste", HTMLButtonElement);
const output = element("translation", HTMLElement);
const speed = element("speed", HTMLElement);
const sureness = element("sureness", HTMLElement);
const copy = element("copy", HTMLButtonElement);
const share = element("share", HTMLButtonElement);
const status = element("status", HTMLElement);
const loading = element("loading", HTMLElement);
const progress = element("progress", HTMLProgressElement);
const progressText = element("progress-text", HTMLElement);
const stop = element("stop", HTMLButtonElement);
const problem = element("problem", HTMLElement);
const problemText = element("problem-text", HTMLElement);
const models = element("model", HTMLDetailsElement);

const settings = readSettings();
let translator: Translator | undefined;
let glossary: Glossary | undefined;
/** The sentences of the translation that is shown, and the text that they are of. */
let sentences: readonly SentenceChoices[] = [];
let translated = "";
/** Gives up the loading of a bundle that is under way. */
let loadingStop = new AbortController();

const languages = () => ({
  source: { tag: source.lang, direction: source.dir },
  target: { tag: output.lang, direction: output.dir },
});

const cards = new SentenceCards(element("alignment", HTMLElement), languages, {
  onChoice: (place, choice) => show(withChoice(sentences, place, choice)),
});
const sourceMarks = new SourceMarks(source, element("source-marks", HTMLElement));
const translation = new TranslationText(output, (place) => cards.reveal(place));
const speech = new Speech(element("listen", HTMLButtonElement), () => translation.text);

const live = new LiveTranslation({
  onGrowing(text) {
    speech.stop();
    translation.grow(text ?? "");
    output.setAttribute("aria-busy", String(text !== undefined));
    if (text !== undefined) return;
    speed.textContent = "";
    sourceCount.textContent = "";
    history.offer(undefined);
    show([]);
  },
  onTranslation(text, parts, duration) {
    output.setAttribute("aria-busy", "false");
    const tokens = sum(parts, ({ tokens }) => tokens.length);
    speed.textContent = `${counted(tokens, "token")} in ${milliseconds(duration)}`;
    sourceCount.textContent = counted(
      sum(parts, ({ sourceTokens }) => sourceTokens.length),
      "token",
    );
    translated = text;
    show(shownOnly(parts));
  },
  onAlternatives(parts) {
    show(withOthers(sentences, parts));
  },
  onError(error) {
    output.setAttribute("aria-busy", "false");
    showProblem(`The text was not translated: ${reasonOf(error)}`);
  },
});

function sum(parts: readonly Part[], count: (part: Translation) => number): number {
  return parts.reduce((total, part) => total + count(part.translation), 0);
}

/** Shows sentences with the first of their translations; none for an empty text. */
function show(next: readonly SentenceChoices[]): void {
  sentences = next;
  const doubt = {
    leastConfidence: settings.leastConfidence,
    withholds: settings.withholdsDoubtful,
  };
  sureness.textContent = surenessOf(translation.show(sentences, doubt, glossary));
  sourceMarks.show(translated, sentences, glossary);
  void cards.show(sentences);
  const isEmpty = translation.text === "";
  copy.hidden = isEmpty;
  share.hidden = isEmpty || !("share" in navigator);
  speech.update();
  if (isEmpty || !translator) return;
  const { sourceLanguage, targetLanguage } = translator.manifest;
  history.offer({
    time: Date.now(),
    sourceLanguage,
    targetLanguage,
    source: translated,
    text: wholeText(sentences),
  });
}

/** Says how sure the translation is, for people. */
function surenessOf(doubtful: number): string {
  if (sentences.length === 1) {
    const { confidence } = sentences[0]!.choices[0]!;
    return confidence === null ? "" : `Confidence ${percent(confidence)}`;
  }
  if (doubtful === 0) return "";
  return `${doubtful} of ${counted(sentences.length, "sentence")} doubtful`;
}

function translateSource(): void {
  clear.hidden = source.value === "";
  paste.hidden = source.value !== "" || !navigator.clipboard?.readText;
  sourceMarks.show(source.value, []); // until they are known for this text
  if (!translator) return;
  live.request(translator, source.value, {
    ...(glossary && { glossary }),
    ...(settings.rewritesNumbers && {
      numberFormat: translator.manifest.targetLanguage,
    }),
  });
}

/** What is wrong with a bundle speaks for itself; all else is a failure of the page. */
function reasonOf(error: unknown): string {
  return error instanceof BundleError ? error.message : `it failed: ${String(error)}`;
}

function showProblem(message: string): void {
  problemText.textContent = message;
  problem.hidden = false;
}

/** Loads a bundle in place of the one in use; `then` is done before it translates. */
async function open(
  from: string | Blob | KeptBundle,
  name: string,
  then?: () => void,
): Promise<void> {
  loadingStop.abort(); // of two that are asked for, the last one is wanted
  loadingStop = new AbortController();
  const { signal } = loadingStop;
  loading.hidden = false;
  progress.value = 0;
  progressText.textContent = "";
  status.textContent = "Loading";
  try {
    const opened = await loadBundle(from, {
      signal,
      keep: true,
      onProgress(loaded, total) {
        progress.value = loaded / total;
        progressText.textContent =
          loaded < total
            ? `${(loaded / 1e6).toFixed(1)} of ${megabytes(total)}`
            : "Starting";
      },
    });
    translator?.close();
    translator = opened;
    problem.hidden = true;
    settings.bundle = opened.kept ? opened.address : undefined;
    if (settings.bundle === OWN_BUNDLE) settings.bundle = undefined;
    storeSettings(settings);
    describe(opened);
    then?.();
    translateSource();
    await shelf.show(opened.address);
  } catch (error) {
    if (signal !== loadingStop.signal) return; // another is being loaded
    if (!(error instanceof Cancelled)) {
      showProblem(`${name} cannot be used: ${reasonOf(error)}`);
    }
    await shelf.show(translator?.address);
  }
  if (signal !== loadingStop.signal) return;
  loading.hidden = true;
  if (!translator) {
    status.textContent = "No model";
    models.open = true;
  } else {
    const offline = translator.kept ? " · works offline" : "";
    status.textContent = `${megabytes(translator.size)}${offline}`;
  }
}

function describe({ manifest, size }: Translator): void {
  const { sourceLanguage, targetLanguage } = manifest;
  const names = [sourceLanguage, targetLanguage].map(languageName);
  const title = `${names[0]} → ${names[1]}`;
  element("languages", HTMLElement).textContent = title;
  document.title = `${title} · keras-s2s`;
  for (const [id, code, field] of [
    ["source-label", sourceLanguage, source],
    ["target-label", targetLanguage, output],
  ] as const) {
    const label = element(id, HTMLElement);
    label.textContent = languageName(code);
    label.lang = field.lang = languageTag(code);
    field.dir = textDirection(code);
  }
  speech.use(targetLanguage.replaceAll("_", "-"));
  settingsFields.describe(manifest);
  element("facts", HTMLElement).replaceChildren(
    ...modelFacts(manifest, size).map(([name, value]) => {
      const row = document.createElement("div");
      const term = document.createElement("dt");
      const definition = document.createElement("dd");
      term.textContent = name;
      definition.textContent = value;
      row.append(term, definition);
      return row;
    }),
  );
}

function openOwn(): Promise<void> {
  return open(OWN_BUNDLE, "The bundle");
}

function use(bundle: KeptBundle, then?: () => void): void {
  const name = [bundle.sourceLanguage, bundle.targetLanguage]
    .map(languageName)
    .join(" → ");
  // That of the page is looked for in the network, where there may be a newer one.
  const from = bundle.address === OWN_BUNDLE ? OWN_BUNDLE : bundle;
  void open(from, name, then);
}

const shelf = new BundleShelf(OWN_BUNDLE, {
  onUse: use,
  onFetch: () => void openOwn(),
  onSwap(bundle) {
    const text = wholeText(sentences);
    use(bundle, () => {
      if (text !== "") source.value = text;
    });
  },
  async onAdd(file) {
    // Else the browser may remove what it keeps when it runs out of room.
    await navigator.storage?.persist?.().catch(() => false);
    const before = translator;
    await open(file, file.name);
    if (translator && translator !== before && !translator.kept) {
      showProblem(
        `${file.name} can be used until the page is left: the browser did not keep it.`,
      );
    }
  },
  onRemoved: () => void openOwn(),
});

const settingsFields = new SettingsFields(settings, (changed) => {
  if (changed === "keepsHistory") {
    if (!settings.keepsHistory) void history.forget();
  } else if (changed === "rewritesNumbers") translateSource();
  else show(sentences);
});

const history = new HistoryList(settings, (entry) => {
  const { sourceLanguage, targetLanguage } = entry;
  const bundle = shelf.between(sourceLanguage, targetLanguage);
  const take = (): void => {
    source.value = entry.source;
  };
  if (bundle && bundle.address !== translator?.address) use(bundle, take);
  else {
    take();
    translateSource();
  }
  source.focus();
  scrollTo({ top: 0 });
});

source.addEventListener("input", translateSource);

new GlossaryField((next) => {
  glossary = next;
  translateSource();
});

clear.addEventListener("click", () => {
  source.value = "";
  translateSource();
  source.focus();
});

paste.addEventListener("click", async () => {
  try {
    source.value = await navigator.clipboard.readText();
  } catch {
    // It was not allowed: the field itself takes what is pasted.
  }
  translateSource();
  source.focus();
});

copy.addEventListener("click", async () => {
  try {
    await copyText(translation.text);
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  } catch (error) {
    showProblem(`The translation was not copied: ${reasonOf(error)}`);
  }
});

share.addEventListener("click", () => {
  // Whoever changes their mind shares nothing.
  navigator.share({ text: translation.text }).catch(() => {});
});

stop.addEventListener("click", () => {
  loadingStop.abort();
  (translator ? source : models.querySelector("summary")!).focus();
});

element("problem-close", HTMLButtonElement).addEventListener("click", () => {
  problem.hidden = true;
  source.focus();
});

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("./service_worker.js").catch(() => {
    // Without one the page works, but only with its server.
  });
}

translateSource();
void receivedText().then((text) => {
  if (text === undefined) return;
  source.value = text;
  translateSource();
});
void shelf.find(settings.bundle).then((last) => (last ? use(last) : openOwn()));
