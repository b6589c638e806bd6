/** The alignment drawn between a sentence and its translation. */

import type { AlignedSentence, Unit } from "./alignment_units.js";
import { percent } from "./numbers.js";
import { type Stanza, stanzas } from "./stanzas.js";

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

/** How the texts of the two languages are written. */
export interface Languages {
  source: { tag: string; direction: string };
  target: { tag: string; direction: string };
}

/**
 * One sentence above its translation, with a curve for every link.
 *
 * Where they do not fit a line, lines of both take turns.
 */
export class SentenceFigure {
  readonly element = document.createElement("figure");
  private readonly drawing = document.createElementNS(SVG, "svg");
  private readonly source: Side;
  private readonly target: Side;
  private arrangement = "";
  private readonly curves: { source: number; target: number; path: SVGPathElement }[] =
    [];

  constructor(
    private readonly sentence: AlignedSentence,
    private readonly languages: Languages,
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
    this.element.append(this.drawing);
    this.arrange([
      {
        source: [0, this.source.units.length],
        target: [0, this.target.units.length],
      },
    ]);
    this.element.addEventListener("pointerleave", () => this.highlight());
    this.element.addEventListener("focusout", () => this.highlight());
    this.element.addEventListener("keydown", (event) => this.moveFocus(event));
    new ResizeObserver(() => this.draw()).observe(this.element);
    // Words are measured anew once their font is there.
    void document.fonts.ready.then(() => this.draw());
  }

  /** Places words and curves; called again whenever the words may have moved. */
  draw(): void {
    if (this.element.clientWidth === 0) return; // it is not shown
    this.arrange(this.fitting());
    const frame = this.element.getBoundingClientRect();
    this.drawing.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    const boxes = (side: Side): DOMRect[] =>
      side.buttons.map((button) => button.getBoundingClientRect());
    const [sources, targets] = [boxes(this.source), boxes(this.target)];
    for (const { source, target, path } of this.curves) {
      const from = sources[source]!;
      const to = targets[target]!;
      // A word can come from one of a later line.
      const isBelow = to.top > from.top;
      const x1 = from.left + from.width / 2 - frame.left;
      const y1 = (isBelow ? from.bottom : from.top) - frame.top;
      const x2 = to.left + to.width / 2 - frame.left;
      const y2 = (isBelow ? to.top : to.bottom) - frame.top;
      const bend = (y2 - y1) / 2;
      path.setAttribute(
        "d",
        `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`,
      );
    }
  }

  /** Returns the lines that the words fit. */
  private fitting(): Stanza[] {
    const lines = this.element.querySelector(".words")!;
    const { columnGap } = getComputedStyle(lines);
    const gap = Number.parseFloat(columnGap) || 0;
    const widthsOf = ({ buttons }: Side): number[] =>
      buttons.map((button) => button.getBoundingClientRect().width + gap);
    const widths = { source: widthsOf(this.source), target: widthsOf(this.target) };
    // The last word of a line has no gap behind it.
    return stanzas(this.sentence.weights, widths, lines.clientWidth + gap);
  }

  private arrange(wanted: readonly Stanza[]): void {
    const arrangement = JSON.stringify(wanted);
    if (arrangement === this.arrangement) return;
    this.arrangement = arrangement;
    const focused = document.activeElement;
    const { source, target } = this.languages;
    const made = wanted.map((stanza, place) => {
      const part = wanted.length > 1 ? `, line ${place + 1}` : "";
      const element = document.createElement("div");
      element.className = "stanza";
      for (const [side, range, language, label] of [
        [this.source, stanza.source, source, "Source words"],
        [this.target, stanza.target, target, "Words of the translation"],
      ] as const) {
        if (range[0] === range[1]) continue;
        element.append(list(side.buttons.slice(...range), label + part, language));
      }
      return element;
    });
    this.element.replaceChildren(this.drawing, ...made);
    if (focused instanceof HTMLElement && this.element.contains(focused)) {
      focused.focus({ preventScroll: true });
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
    const { direction } =
      own === this.source ? this.languages.source : this.languages.target;
    const forwards = direction === "rtl" ? -1 : 1;
    const next = {
      ArrowLeft: own.buttons[place - forwards],
      ArrowRight: own.buttons[place + forwards],
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
  { tag, direction }: Languages["source"],
): HTMLElement {
  const words = document.createElement("ul");
  words.className = "words";
  words.setAttribute("aria-label", label);
  words.lang = tag;
  words.dir = direction;
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
