/** Reading a translation aloud, where the browser has a voice for its language. */

/** A button that speaks, and stops. */
export class Speech {
  private language = "";

  /** @param text Returns what is to be read. */
  constructor(
    private readonly button: HTMLButtonElement,
    private readonly text: () => string,
  ) {
    if (!("speechSynthesis" in globalThis)) return;
    speechSynthesis.addEventListener("voiceschanged", () => this.update());
    button.addEventListener("click", () => this.toggle());
    // What was begun would go on behind the next page.
    addEventListener("pagehide", () => speechSynthesis.cancel());
  }

  /** Offers to read a language; the button stays hidden where there is no voice. */
  use(language: string): void {
    this.language = language;
    this.stop();
    this.update();
  }

  stop(): void {
    if (!("speechSynthesis" in globalThis)) return;
    speechSynthesis.cancel();
    this.button.textContent = "Listen";
  }

  /** Shows the button where there is something to read and a voice for it. */
  update(): void {
    this.button.hidden = this.text() === "" || !this.voice;
  }

  /** A voice of this device: others send the text to a server. */
  private get voice(): SpeechSynthesisVoice | undefined {
    if (!("speechSynthesis" in globalThis)) return undefined;
    const primary = (tag: string): string => tag.split(/[-_]/u, 1)[0]!.toLowerCase();
    const voices = speechSynthesis
      .getVoices()
      .filter(
        ({ localService, lang }) =>
          localService && primary(lang) === primary(this.language),
      );
    const exact = voices.find(({ lang }) => lang.replace("_", "-") === this.language);
    return exact ?? voices.find((voice) => voice.default) ?? voices[0];
  }

  private toggle(): void {
    const isSpeaking = speechSynthesis.speaking || speechSynthesis.pending;
    this.stop();
    const { voice } = this;
    if (isSpeaking || !voice) return;
    const utterance = new SpeechSynthesisUtterance(this.text());
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.onend = utterance.onerror = () => (this.button.textContent = "Listen");
    this.button.textContent = "Stop";
    speechSynthesis.speak(utterance);
  }
}
