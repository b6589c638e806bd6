/** The alignment drawn between a sentence and its translation. */

import type { Translation } from "../translator.js";
import {
  type AlignedSentence,
  alignedSentences,
  type Unit,
} from "./alignment_units.js";

const SVG = "http://www.w3.org/2000/svg";

/** Links with a smaller share of attention are never drawn. */
const FAINTEST = 0.1;
/** Links with a larger one are drawn also while nothing is pointed at. */
const STRONG = 0.3;
/** Links that are told to a screen reader. */
const WORTH_TELLING = 0.2;

interface Side {
  units: Unit[];
  buttons: HTMLButtonElement[];
}

/** Draws the alignments of translations into one section of the page. */
export class AlignmentView {
  private readonly figures: HTMLElement;
  private generation = 0;

  constructor(
    private readonly section: HTMLElement,
    private readonly languages: () => { source: string; target: string },
  ) {
    this.figures = section.querySelector("#figures")!;
  }

  /** Shows a translation's alignment; `undefined` clears the section. */
  async show(translation: Translation | undefined): Promise<void> {
    const generation = ++this.generation;
    const sentences = translation ? alignedSentences(translation) : [];
    const drawn = sentences.filter(
      ({ source, target }) => source.length && target.length,
    );
    this.section.hidden = drawn.length === 0;
    for (let place = 0; place < drawn.length; place++) {
      // A page of text has many sentences: one a frame keeps typing smooth.
      if (place > 0) await new Promise(requestAnimationFrame);
      if (generation !== this.generation) return;
      const figure = new SentenceFigure(drawn[place]!, this.languages());
      const before = this.figures.children[place];
      if (before) before.replaceWith(figure.element);
      else this.figures.append(figure.element);
      figure.draw();
    }
    while (this.figures.children.length > drawn.length)
      this.figures.lastElementChild!.remove();
  }
}

/** One sentence above its translation, with a curve for every link. */
class SentenceFigure {
  readonly element = document.createElement("figure");
  private readonly drawing = document.createElementNS(SVG, "svg");
  private readonly source: Side;
  private readonly target: Side;
  private readonly curves: { source: number; target: number; path: SVGPathElement }[] =
    [];

  constructor(
    private readonly sentence: AlignedSentence,
    languages: { source: string; target: string },
  ) {
    this.source = this.makeSide(sentence.source, (unit) => this.describeSource(unit));
    this.target = this.makeSide(sentence.target, (unit) => this.describeTarget(unit));
    this.drawing.setAttribute("aria-hidden", "true");
    sentence.weights.forEach((shares, target) => {
      shares.forEach((weight, source) => {
        if (weight >= FAINTEST)
          this.addCurve(source, target, weight, Math.max(...shares));
      });
    });
    this.element.append(
      this.drawing,
      list(this.source.buttons, "Source words", languages.source),
      list(this.target.buttons, "Words of the translation", languages.target),
    );
    this.element.addEventListener("pointerleave", () => this.highlight());
    this.element.addEventListener("focusout", () => this.highlight());
    this.element.addEventListener("keydown", (event) => this.moveFocus(event));
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** Places the curves; called again whenever the words may have moved. */
  draw(): void {
    const frame = this.element.getBoundingClientRect();
    if (frame.width === 0) return;
    this.drawing.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    const boxes = (side: Side): DOMRect[] =>
      side.buttons.map((button) => button.getBoundingClientRect());
    const [sources, targets] = [boxes(this.source), boxes(this.target)];
    const wraps = [sources, targets].some((all) => all.at(-1)!.top > all[0]!.top + 4);
    this.element.classList.toggle("wraps", wraps);
    for (const { source, target, path } of this.curves) {
      const from = sources[source]!;
      const to = targets[target]!;
      const [x1, y1] = [
        from.left + from.width / 2 - frame.left,
        from.bottom - frame.top,
      ];
      const [x2, y2] = [to.left + to.width / 2 - frame.left, to.top - frame.top];
      const bend = (y2 - y1) / 2;
      path.setAttribute(
        "d",
        `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`,
      );
    }
  }

  private makeSide(units: Unit[], describe: (unit: number) => string): Side {
    const buttons = units.map((unit, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = unit.carried ? "word carried" : "word";
      button.textContent = unit.text;
      button.setAttribute("aria-label", describe(place));
      // One stop for the tab key a sentence; the arrow keys do the rest.
      button.tabIndex = -1;
      for (const event of ["pointerenter", "focus", "click"]) {
        button.addEventListener(event, () => this.highlight(button));
      }
      return button;
    });
    if (buttons[0]) buttons[0].tabIndex = 0;
    return { units, buttons };
  }

  private addCurve(
    source: number,
    target: number,
    weight: number,
    strongest: number,
  ): void {
    const path = document.createElementNS(SVG, "path");
    path.classList.toggle("strong", weight >= STRONG || weight === strongest);
    path.style.setProperty("--weight", weight.toFixed(3));
    this.drawing.append(path);
    this.curves.push({ source, target, path });
  }

  private highlight(active?: HTMLButtonElement): void {
    const source = active ? this.source.buttons.indexOf(active) : -1;
    const target = active ? this.target.buttons.indexOf(active) : -1;
    const linked = new Set<HTMLButtonElement>();
    for (const curve of this.curves) {
      const concerned = curve.source === source || curve.target === target;
      curve.path.classList.toggle("active", concerned);
      if (concerned) {
        linked.add(this.source.buttons[curve.source]!);
        linked.add(this.target.buttons[curve.target]!);
      }
    }
    this.element.classList.toggle("pointing", active !== undefined);
    for (const button of [...this.source.buttons, ...this.target.buttons]) {
      button.classList.toggle("linked", linked.has(button));
      button.classList.toggle("active", button === active);
    }
  }

  private moveFocus(event: KeyboardEvent): void {
    const focused = document.activeElement as HTMLButtonElement;
    const own = [this.source, this.target].find((side) =>
      side.buttons.includes(focused),
    );
    if (!own) return;
    const other = own === this.source ? this.target : this.source;
    const place = own.buttons.indexOf(focused);
    const last = own.buttons.length - 1;
    const next = {
      ArrowLeft: own.buttons[place - 1],
      ArrowRight: own.buttons[place + 1],
      Home: own.buttons[0],
      End: own.buttons[last],
      ArrowUp:
        own === this.target ? other.buttons[this.mostLinked(place, own)] : undefined,
      ArrowDown:
        own === this.source ? other.buttons[this.mostLinked(place, own)] : undefined,
    }[event.key];
    if (!next) return;
    event.preventDefault();
    focused.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  /** Returns the word of the other side that a word has most to do with. */
  private mostLinked(place: number, side: Side): number {
    const { weights } = this.sentence;
    const shares =
      side === this.target ? weights[place]! : weights.map((row) => row[place]!);
    return shares.indexOf(Math.max(...shares));
  }

  private describeTarget(target: number): string {
    const told = this.sentence.weights[target]!.flatMap((weight, source) =>
      weight >= WORTH_TELLING
        ? [`${this.sentence.source[source]!.text} ${percent(weight)}`]
        : [],
    );
    const from = told.length > 0 ? `from ${told.join(", ")}` : "from no single word";
    return `${named(this.sentence.target[target]!)}, ${from}`;
  }

  private describeSource(source: number): string {
    const told = this.sentence.weights.flatMap((shares, target) =>
      shares[source]! >= WORTH_TELLING
        ? [`${this.sentence.target[target]!.text} ${percent(shares[source]!)}`]
        : [],
    );
    const to = told.length > 0 ? `to ${told.join(", ")}` : "to no single word";
    return `${named(this.sentence.source[source]!)}, ${to}`;
  }
}

function list(
  buttons: HTMLButtonElement[],
  label: string,
  language: string,
): HTMLElement {
  const words = document.createElement("ul");
  words.className = "words";
  words.setAttribute("aria-label", label);
  words.lang = language;
  words.dir = "auto";
  for (const button of buttons) {
    const item = document.createElement("li");
    item.append(button);
    words.append(item);
  }
  return words;
}

function named({ text, carried }: Unit): string {
  return carried ? `${text}, taken over` : text;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
