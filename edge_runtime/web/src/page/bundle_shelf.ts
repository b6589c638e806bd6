/** The bundles on this device: which there are, which is used, adding and removing. */

import { type KeptBundle, listBundles, removeBundle } from "../translator.js";
import { element } from "./elements.js";
import { languageName } from "./language_names.js";
import { megabytes } from "./numbers.js";

export interface ShelfListener {
  /** A bundle is to be used. */
  onUse(bundle: KeptBundle): void;
  /** That of the page is to be used, of which there is no copy. */
  onFetch(): void;
  /** A bundle of the opposite direction is to be used, for the translation. */
  onSwap(bundle: KeptBundle): void;
  /** A bundle is to be added from a file, and used. */
  onAdd(file: File): void;
  /** The bundle in use was removed. */
  onRemoved(): void;
}

export class BundleShelf {
  private readonly choice = element("bundle-choice", HTMLSelectElement);
  private readonly list = element("bundles", HTMLUListElement);
  private readonly room = element("room", HTMLElement);
  private readonly swapping = element("swap", HTMLButtonElement);
  private bundles: KeptBundle[] = [];
  private used: string | undefined;

  /** @param own Address of the bundle beside the page. */
  constructor(
    private readonly own: string,
    private readonly listener: ShelfListener,
  ) {
    this.choice.addEventListener("change", () => {
      const chosen = this.bundles.find(({ address }) => address === this.choice.value);
      if (chosen) this.listener.onUse(chosen);
    });
    element("file", HTMLInputElement).addEventListener("change", (event) => {
      const input = event.target as HTMLInputElement;
      const [file] = input.files ?? [];
      if (file) this.listener.onAdd(file);
      input.value = ""; // so that the same file can be chosen again
    });
    this.swapping.addEventListener("click", () => {
      if (this.reverse) this.listener.onSwap(this.reverse);
    });
  }

  /** Returns a bundle that is kept, by its address. */
  async find(address: string | undefined): Promise<KeptBundle | undefined> {
    const kept = await listBundles();
    return kept.find((bundle) => bundle.address === address);
  }

  /** Returns a bundle for two languages, the one in use before others. */
  between(sourceLanguage: string, targetLanguage: string): KeptBundle | undefined {
    const fitting = this.bundles.filter(
      (bundle) =>
        bundle.sourceLanguage === sourceLanguage &&
        bundle.targetLanguage === targetLanguage,
    );
    return fitting.find(({ address }) => address === this.used) ?? fitting[0];
  }

  /** Shows what there is, with the bundle at an address as the one in use. */
  async show(used: string | undefined): Promise<void> {
    this.used = used;
    this.bundles = await listBundles();
    this.choice.hidden = this.bundles.length < 2;
    this.choice.replaceChildren(
      ...this.bundles.map((bundle) => {
        const option = document.createElement("option");
        option.value = bundle.address;
        option.textContent = this.isAlone(bundle)
          ? titleOf(bundle)
          : `${titleOf(bundle)}, ${megabytes(bundle.size)}`;
        option.selected = bundle.address === used;
        return option;
      }),
    );
    document.body.classList.toggle("chooses", !this.choice.hidden);
    this.swapping.hidden = !this.reverse;
    this.list.replaceChildren(...this.bundles.map((bundle) => this.itemOf(bundle)));
    const isThere = this.bundles.some(({ address }) => address === this.own);
    if (!isThere && used !== this.own) this.list.append(this.itemToFetch());
    const total = this.bundles.reduce((sum, { size }) => sum + size, 0);
    this.room.textContent =
      total > 0
        ? `Kept in this browser: ${megabytes(total)}.`
        : "Nothing is kept in this browser.";
  }

  /** The bundle for the opposite direction, if there is one. */
  private get reverse(): KeptBundle | undefined {
    const used = this.bundles.find(({ address }) => address === this.used);
    return used && this.between(used.targetLanguage, used.sourceLanguage);
  }

  /** Whether no other bundle has the same languages. */
  private isAlone(bundle: KeptBundle): boolean {
    return this.bundles.every(
      (other) => other === bundle || titleOf(other) !== titleOf(bundle),
    );
  }

  private itemOf(bundle: KeptBundle): HTMLElement {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const size = document.createElement("span");
    name.className = "bundle-name";
    name.textContent = titleOf(bundle);
    size.className = "hint";
    const isOwn = bundle.address === this.own;
    size.textContent = megabytes(bundle.size) + (isOwn ? " · of this page" : "");
    item.append(name, size);
    if (bundle.address === this.used) {
      const note = document.createElement("span");
      note.className = "hint in-use";
      note.textContent = "In use";
      item.append(note);
    } else {
      item.append(
        actionOf("Use", `Use ${titleOf(bundle)}`, () => this.listener.onUse(bundle)),
      );
    }
    // The page would fetch its own again with the next visit.
    if (!isOwn) {
      const label = `Remove ${titleOf(bundle)}, ${megabytes(bundle.size)}`;
      item.append(actionOf("Remove", label, () => this.remove(bundle)));
    }
    return item;
  }

  private itemToFetch(): HTMLElement {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.className = "bundle-name";
    name.textContent = "The model of this page";
    const label = "Load the model of this page";
    item.append(
      name,
      actionOf("Load", label, () => this.listener.onFetch()),
    );
    return item;
  }

  private async remove(bundle: KeptBundle): Promise<void> {
    await removeBundle(bundle);
    const wasUsed = bundle.address === this.used;
    await this.show(wasUsed ? undefined : this.used);
    this.list.closest("details")!.querySelector("summary")!.focus();
    if (wasUsed) this.listener.onRemoved();
  }
}

function titleOf({ sourceLanguage, targetLanguage }: KeptBundle): string {
  return `${languageName(sourceLanguage)} → ${languageName(targetLanguage)}`;
}

function actionOf(
  name: string,
  label: string,
  act: () => void | Promise<void>,
): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = name;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", () => void act());
  return button;
}
