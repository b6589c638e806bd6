/** The page: a text, its growing translation, others, and where the words come from. */

import {
  BundleError,
  type Glossary,
  loadBundle,
  type TimedTranslation,
  type Translator,
} from "../translator.js";
import { AlignmentView } from "./alignment_view.js";
import { carriedSpans, markedText } from "./carried_marks.js";
import { element } from "./elements.js";
import { GlossaryField } from "./glossary_field.js";
import { languageName, languageTag } from "./language_names.js";
import { LiveTranslation } from "./live_translation.js";
import { modelFacts } from "./model_facts.js";
import { counted, megabytes, milliseconds } from "./numbers.js";
import { SourceMarks } from "./source_marks.js";

const source = element("source", HTMLTextAreaElement);
const sourceCount = element("source-count", HTMLElement);
const clear = element("clear", HTMLButtonElement);
const output = element("translation", HTMLElement);
const speed = element("speed", HTMLElement);
const copy = element("copy", HTMLButtonElement);
const status = element("status", HTMLElement);
const loading = element("loading", HTMLElement);
const progress = element("progress", HTMLProgressElement);
const problem = element("problem", HTMLElement);
const problemText = element("problem-text", HTMLElement);
const alternatives = element("alternatives", HTMLElement);
const alternativesList = element("alternatives-list", HTMLOListElement);

let translator: Translator | undefined;
let glossary: Glossary | undefined;
/** Translations that can be chosen from; the first is shown. */
let choices: TimedTranslation[] = [];

const alignment = new AlignmentView(element("alignment", HTMLElement), () => ({
  source: source.lang,
  target: output.lang,
}));

const sourceMarks = new SourceMarks(source, element("source-marks", HTMLElement));

const live = new LiveTranslation({
  onGrowing(text) {
    output.textContent = text ?? "";
    output.setAttribute("aria-busy", String(text !== undefined));
    if (text !== undefined) return;
    speed.textContent = "";
    sourceCount.textContent = "";
    copy.hidden = true;
    showChoices([]);
  },
  onTranslation(translation) {
    const tokens = translation.tokens.length;
    output.setAttribute("aria-busy", "false");
    speed.textContent = `${counted(tokens, "token")} in ${milliseconds(translation.milliseconds)}`;
    sourceCount.textContent = counted(translation.sourceTokens.length, "token");
    copy.hidden = false;
    showChoices([translation]);
  },
  onAlternatives(others) {
    showChoices([...choices.slice(0, 1), ...others]);
  },
  onError(error) {
    showProblem(`The text was not translated: ${reasonOf(error)}`);
  },
});

function showChoices(next: TimedTranslation[]): void {
  const [shown, ...others] = next;
  if (shown !== choices[0]) void alignment.show(shown);
  choices = next;
  mark(shown);
  alternatives.hidden = others.length === 0;
  alternativesList.replaceChildren(
    ...others.map((other) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = other.text;
      button.lang = output.lang;
      button.addEventListener("click", () => {
        showChoices([other, ...choices.filter((choice) => choice !== other)]);
        copy.focus();
      });
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
}

/** Marks what is carried over, in both texts. */
function mark(shown: TimedTranslation | undefined): void {
  if (!shown) {
    sourceMarks.show(source.value, []);
    return;
  }
  const { source: sourceText, sourceTokens, sourceSpans, text, tokens, spans } = shown;
  sourceMarks.show(sourceText, carriedSpans(sourceText, sourceTokens, sourceSpans));
  output.replaceChildren(...markedText(text, carriedSpans(text, tokens, spans)));
}

function translateSource(): void {
  clear.hidden = source.value === "";
  sourceMarks.show(source.value, []); // until they are known for this text
  if (translator) live.request(translator, source.value, glossary);
}

/** What is wrong with a bundle speaks for itself; all else is a failure of the page. */
function reasonOf(error: unknown): string {
  return error instanceof BundleError ? error.message : `it failed: ${String(error)}`;
}

function showProblem(message: string): void {
  problemText.textContent = message;
  problem.hidden = false;
}

async function open(from: string | Blob, name: string): Promise<void> {
  loading.hidden = false;
  progress.value = 0;
  status.textContent = "Loading";
  try {
    const opened = await loadBundle(from, {
      onProgress: (loaded, total) => (progress.value = loaded / total),
    });
    translator?.close();
    translator = opened;
    problem.hidden = true;
    describe(opened);
    translateSource();
  } catch (error) {
    showProblem(`${name} cannot be used: ${reasonOf(error)}`);
  }
  loading.hidden = true;
  if (!translator) {
    status.textContent = "No model";
    element("model", HTMLDetailsElement).open = true;
  } else {
    status.textContent = `${megabytes(translator.size)}${translator.kept ? " · works offline" : ""}`;
  }
}

function describe({ manifest, size }: Translator): void {
  const names = [manifest.sourceLanguage, manifest.targetLanguage].map(languageName);
  const title = `${names[0]} → ${names[1]}`;
  element("languages", HTMLElement).textContent = title;
  document.title = `${title} · keras-s2s`;
  element("source-label", HTMLElement).textContent = names[0]!;
  element("target-label", HTMLElement).textContent = names[1]!;
  source.lang = languageTag(manifest.sourceLanguage);
  output.lang = languageTag(manifest.targetLanguage);
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

copy.addEventListener("click", async () => {
  await navigator.clipboard.writeText(output.textContent ?? "");
  copy.textContent = "Copied";
  setTimeout(() => (copy.textContent = "Copy"), 1500);
});

element("problem-close", HTMLButtonElement).addEventListener("click", () => {
  problem.hidden = true;
  source.focus();
});

element("file", HTMLInputElement).addEventListener("change", (event) => {
  const input = event.target as HTMLInputElement;
  const [file] = input.files ?? [];
  if (file) void open(file, file.name);
  input.value = ""; // so that the same file can be chosen again
});

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("./service_worker.js").catch(() => {
    // Without one the page works, but only with its server.
  });
}

// No other address: a link to this page must not choose the model.
void open("bundle/", "The bundle");
