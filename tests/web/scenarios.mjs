// What the tests do in a browser: `node scenarios.mjs SCENARIO < task.json > result.json`.
//
// A task names the browser, the command that serves a bundle, and what the scenario
// needs. Each scenario gets a server and a browser of its own.

import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createRequire } from "node:module";
import { serve, startServer } from "./server.mjs";

const task = JSON.parse(readFileSync(0, "utf8"));
const { chromium } = createRequire(task.packages)("playwright-core");

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };

/** Starts a program that says the same to every request. */
async function startOtherProgram() {
  const server = createHttpServer((_, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end("<title>another program</title>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: server.address().port, stop: () => server.close() };
}

async function open(browser, door, options = {}) {
  const context = await browser.newContext({ viewport: DESKTOP, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(door.url);
  return page;
}

const loaded = (page) =>
  page.waitForFunction(() =>
    document.querySelector("#status").textContent.includes("MB"),
  );

const translated = (page) =>
  page.waitForFunction(
    () =>
      document.querySelector("#translation").getAttribute("aria-busy") === "false" &&
      document.querySelector("#speed").textContent !== "",
  );

/** Waits until there are other translations of some sentence. */
const offered = (page) =>
  page.waitForSelector(".alternatives button", { state: "attached" });

const shown = (page) => page.textContent("#translation");

const problem = async (page) => {
  await page.waitForSelector("#problem:not([hidden])");
  return page.textContent("#problem-text");
};

/** Types a text over what is there and returns its translation. */
async function type(page, text) {
  await page.fill("#source", "");
  await page.fill("#source", text);
  await translated(page);
  return shown(page);
}

/** Returns what the origin of a page keeps: workers, and the addresses in each cache. */
const kept = (page) =>
  page.evaluate(async () => {
    const workers = await navigator.serviceWorker.getRegistrations();
    const names = await caches.keys();
    const contents = names.map(async (name) => {
      const requests = await (await caches.open(name)).keys();
      return [name, requests.map(({ url }) => url)];
    });
    return {
      workers: workers.map(({ scope }) => scope),
      caches: Object.fromEntries(await Promise.all(contents)),
    };
  });

const controlled = (page) =>
  page.waitForFunction(() => navigator.serviceWorker.controller !== null);

const scenarios = {
  /** Translates lines with the library that the page is made with. */
  async library(browser, door) {
    const page = await open(browser, door);
    return page.evaluate(async ({ lines, runs }) => {
      const library = await import("./translator.js");
      const { Glossary, loadBundle, pharaoh, unread, wordAlignment } = library;
      const translator = await loadBundle("bundle/");
      const results = [];
      for (const { terms, ...run } of runs) {
        const glossary = terms === undefined ? undefined : Glossary.fromText(terms);
        const options = { ...run, glossary };
        const translations = [];
        const begin = performance.now();
        for (const line of lines)
          translations.push(await translator.translate(line, options));
        results.push({
          milliseconds: performance.now() - begin,
          translations: translations.map((translation) => ({
            texts: [translation, ...translation.alternatives].map(({ text }) => text),
            score: translation.score,
            tokens: translation.tokens,
            sourceTokens: translation.sourceTokens,
            finished: translation.finished,
            confidence: translation.confidence,
            unread: unread(translation).map((span) =>
              translation.source.slice(...span),
            ),
            alignment: pharaoh(wordAlignment(translation)),
            milliseconds: translation.milliseconds,
          })),
        });
      }
      translator.close();
      return results;
    }, task);
  },

  /** Returns the ids and tokens of lines, and where they stand, of several bundles. */
  async tokenize(browser, door) {
    const page = await open(browser, door);
    const found = [];
    for (const { archive, lines } of task.texts) {
      const file = readFileSync(archive).toString("base64");
      found.push(
        await page.evaluate(
          async ([file, lines]) => {
            const { loadBundle } = await import("./translator.js");
            const bytes = Uint8Array.from(atob(file), (byte) => byte.charCodeAt(0));
            const translator = await loadBundle(new Blob([bytes]));
            const tokenized = await translator.tokenize(lines);
            translator.close();
            return tokenized;
          },
          [file, lines],
        ),
      );
    }
    return found;
  },

  /** Streams, cancels and misuses the library. */
  async stream(browser, door) {
    const page = await open(browser, door);
    return page.evaluate(async ({ lines, terms }) => {
      const { loadBundle, BundleError, Cancelled, Glossary } = await import(
        "./translator.js"
      );
      const translator = await loadBundle("bundle/");
      const glossary = terms === undefined ? undefined : Glossary.fromText(terms);
      const streamed = [];
      for (const line of lines) {
        let text = "";
        for await (const token of translator.stream(line, { glossary }))
          text += token.text;
        const whole = await translator.translate(line, { beamSize: 1, glossary });
        streamed.push([text, whole.text]);
      }
      const failure = (promise) =>
        promise.then(
          () => "nothing failed",
          (error) => [error.name, error.message],
        );
      const stop = new AbortController();
      const long = translator.translate(lines.join(" "), { signal: stop.signal });
      stop.abort();
      for await (const _ of translator.stream(lines.join(" "))) break;
      const again = await translator.translate(lines[0], { beamSize: 1 });
      return {
        streamed,
        cancelled: await failure(long),
        afterwards: again.text === streamed[0][1],
        badOptions: await failure(
          translator.translate("a", { beamSize: 2, numHypotheses: 3 }),
        ),
        badKinds: await failure(translator.translate("a", { carry: ["word"] })),
        noBundle: await failure(loadBundle("nowhere/")),
        kinds: [new BundleError("").name, new Cancelled("").name],
      };
    }, task);
  },

  /** Loads the page, takes the network away, and opens it again. */
  async offline(browser, door) {
    const page = await open(browser, door);
    await loaded(page);
    const online = await type(page, task.text);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const status = await page.textContent("#status");
    door.shut();
    await page.context().setOffline(true);
    await page.reload();
    await loaded(page);
    const offline = await type(page, task.text);
    const licences = await page.evaluate(async () => {
      const link = document.querySelector("a[href$='licenses.txt']");
      return (await fetch(link.href)).text();
    });
    return { online, status, offline, licences };
  },

  /** Opens the page by a link that names another bundle. */
  async link(browser, door) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const requested = [];
    page.on("request", (request) => requested.push(request.url()));
    await page.goto(`${door.url}?bundle=${encodeURIComponent(task.elsewhere)}`);
    await loaded(page);
    const languages = await page.textContent("#languages");
    return { languages, requested };
  },

  /** Tries to make a bundle's files run as a part of the page. */
  async stranger(browser, door) {
    const page = await open(browser, door);
    await loaded(page);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await controlled(page);
    const before = await kept(page);
    const outcomes = await page.evaluate(async ({ names }) => {
      const failure = (promise) =>
        promise.then(
          () => "it worked",
          (error) => error.name,
        );
      const loads = (element, name) =>
        new Promise((resolve) => {
          element.onload = () => resolve("it worked");
          element.onerror = () => resolve("blocked");
          element.src = `bundle/${name}`;
          document.head.append(element);
        });
      const found = {};
      for (const name of names) {
        const response = await fetch(`bundle/${name}`);
        found[name] = {
          status: response.status,
          script: await loads(document.createElement("script"), name),
          module: await failure(import(new URL(`bundle/${name}`, location))),
          worker: await failure(navigator.serviceWorker.register(`bundle/${name}`)),
        };
      }
      const inline = document.createElement("script");
      inline.textContent = "globalThis.evil = 'inline'";
      document.head.append(inline);
      const elsewhere = await failure(fetch("http://127.0.0.1:9/"));
      return { found, elsewhere, evil: globalThis.evil ?? null };
    }, task);
    // Opened by itself, in a tab and in a frame.
    for (const name of task.names) {
      const tab = await page.context().newPage();
      await tab.goto(`${door.url}bundle/${name}`).catch(() => {}); // a download
      await tab.waitForTimeout(200);
      await tab.close();
      await page.evaluate((name) => {
        const frame = document.createElement("iframe");
        frame.src = `bundle/${name}`;
        document.body.append(frame);
      }, name);
    }
    await page.waitForTimeout(500);
    const evil = await page.evaluate(() => localStorage.getItem("evil"));
    return {
      ...outcomes,
      evil: outcomes.evil ?? evil,
      before,
      after: await kept(page),
    };
  },

  /** Serves one bundle after another, and then another program, at one address. */
  async successors(browser, door) {
    const page = await open(browser, door);
    await loaded(page);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await controlled(page);
    const first = await kept(page);
    door.lead(await startServer(task.next));
    await page.goto(door.url);
    await loaded(page);
    const second = await kept(page);
    const languages = await page.textContent("#languages");
    door.lead(await startOtherProgram());
    const beside = await page.goto(`${door.origin}/`);
    const other = {
      worker: beside.fromServiceWorker(),
      title: await page.title(),
    };
    await page.goto(door.url);
    const title = await page.title();
    await page.reload();
    return {
      url: door.url,
      first,
      second,
      languages,
      other,
      title,
      last: await kept(page),
    };
  },

  /** Opens zip files that are not what they should be. */
  async archives(browser, door) {
    const page = await open(browser, door, { serviceWorkers: "block" });
    await loaded(page);
    const results = [];
    for (const path of task.archives) {
      const begin = performance.now();
      await page.evaluate(() => {
        const loading = document.querySelector("#loading");
        globalThis.ended = new Promise((resolve) => {
          new MutationObserver(() => loading.hidden && resolve()).observe(loading, {
            attributes: true,
          });
        });
      });
      await page.setInputFiles("#file", path);
      await page.evaluate(() => globalThis.ended);
      const message = (await page.isHidden("#problem"))
        ? ""
        : await page.textContent("#problem-text");
      results.push({
        message,
        languages: await page.textContent("#languages"),
        milliseconds: performance.now() - begin,
      });
      if (message) await page.click("#problem-close");
    }
    return { results, translation: await type(page, task.text) };
  },

  /** Opens archives of strangers and translates with what opens, each within a limit. */
  async strangers(browser, door) {
    let page;
    let failures;
    const openPage = async () => {
      await page?.context().close();
      page = await open(browser, door, { serviceWorkers: "block" });
      failures = [];
      page.on("pageerror", (error) => failures.push(String(error)));
      page.on("crash", () => failures.push("the tab crashed"));
      await loaded(page);
    };
    const until = (isTrue) =>
      page.waitForFunction(isTrue, undefined, { timeout: task.limit });
    const complaint = async () =>
      (await page.isHidden("#problem")) ? "" : page.textContent("#problem-text");
    const use = async (path) => {
      await page.setInputFiles("#file", path);
      await until(() => document.querySelector("#loading").hidden);
      for (const text of task.lines) {
        if (await complaint()) break;
        await page.fill("#source", text);
        await until(
          () =>
            !document.querySelector("#problem").hidden ||
            document.querySelector("#speed").textContent !== "",
        );
        await page.waitForTimeout(task.pause); // a beam looks for other translations
        await page.fill("#source", "");
      }
      return complaint();
    };
    await openPage();
    for (const path of task.archives) {
      const begin = performance.now();
      const result = { message: "", endless: false };
      try {
        result.message = await use(path);
      } catch (error) {
        if (error.name !== "TimeoutError" && failures.length === 0) throw error;
        result.endless = failures.length === 0;
      }
      const milliseconds = performance.now() - begin;
      // Told at once: there may be hundreds.
      process.stdout.write(
        `${JSON.stringify({ ...result, failures, milliseconds })}\n`,
      );
      // Nothing of a bundle that failed may reach the next one.
      if (result.message || result.endless || failures.length > 0) await openPage();
    }
  },

  /**
   * Measures a first visit: bytes, time to the first translation, and the next ones.
   */
  async visit(browser, door) {
    const context = await browser.newContext({ viewport: DESKTOP });
    const page = await context.newPage();
    await page.addInitScript(() => {
      globalThis.longTasks = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          globalThis.longTasks.push(entry.duration);
      }).observe({ type: "longtask", buffered: true });
    });
    const begin = performance.now();
    await page.goto(door.url);
    await page.fill("#source", task.text);
    await translated(page);
    const coldMilliseconds = performance.now() - begin;
    const first = await shown(page);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const bytes = door.bytes;
    await page.waitForTimeout(1000); // somebody reads the first translation
    const times = [];
    for (let round = 0; round < 5; round++) {
      await type(page, task.timed);
      times.push(await page.textContent("#speed"));
    }
    const loadingTasks = await page.evaluate(() => longTasks.splice(0));
    await page.fill("#source", "");
    await page.focus("#source");
    await page.keyboard.type(task.typed, { delay: 40 });
    await translated(page);
    await page.waitForTimeout(500);
    const typingTasks = await page.evaluate(() => longTasks);
    return { bytes, coldMilliseconds, first, times, loadingTasks, typingTasks };
  },

  /** Opens bundles that are not what they should be, then a good one from a file. */
  async damaged(browser, door) {
    const messages = [];
    const translations = [];
    let hidden = false;
    for (const { file, body } of task.damages) {
      const context = await browser.newContext({
        viewport: DESKTOP,
        serviceWorkers: "block",
      });
      await context.route(`**/bundle/${file}`, (route) =>
        route.fulfill({ body: Buffer.from(body, "base64") }),
      );
      const page = await context.newPage();
      await page.goto(door.url);
      messages.push(await problem(page));
      if (translations.length === 0) {
        await page.fill("#source", task.text);
        await page.setInputFiles("#file", task.zip);
        await loaded(page);
        await translated(page);
        hidden = await page.isHidden("#problem");
        translations.push(await shown(page));
      }
      await context.close();
    }
    const page = await open(browser, door, { serviceWorkers: "block" });
    await loaded(page);
    await page.setInputFiles("#file", task.noZip);
    messages.push(await problem(page));
    await page.click("#problem-close");
    translations.push(await type(page, task.text));
    return { messages, translations, hidden };
  },

  /** Checks accessibility in both themes, on both sizes, with everything open. */
  async accessibility(browser, door) {
    const axe = readFileSync(
      createRequire(task.packages).resolve("axe-core/axe.min.js"),
      "utf8",
    );
    const found = [];
    for (const viewport of [PHONE, DESKTOP]) {
      for (const colorScheme of ["light", "dark"]) {
        const page = await open(browser, door, {
          viewport,
          colorScheme,
          bypassCSP: true,
        });
        await loaded(page);
        await type(page, task.text);
        await offered(page);
        for (const summary of await page.locator("summary:visible").all())
          await summary.click();
        await page.hover(".words:last-of-type .word");
        await page.waitForTimeout(200); // colours fade
        await page.evaluate(axe);
        const { violations, passes } = await page.evaluate(() => axe.run());
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - innerWidth,
        );
        found.push({
          passes: passes.length,
          overflow,
          violations: violations.map(({ id, impact, nodes }) => [
            id,
            impact,
            nodes[0].html,
          ]),
        });
        if (task.screenshots) {
          const size = viewport === PHONE ? "phone" : "desktop";
          const path = `${task.screenshots}/${size}-${colorScheme}.png`;
          await page.screenshot({ path, fullPage: true });
        }
        await page.context().close();
      }
    }
    return found;
  },

  /** Reads what is marked, and gives the page glossaries: typed, wrong, from files. */
  async glossary(browser, door) {
    const page = await open(browser, door);
    await loaded(page);
    const marked = (selector) =>
      page.locator(`${selector} mark.carried`).allTextContents();
    const says = (text) =>
      page.waitForFunction(
        (text) => document.querySelector("#glossary-status").textContent.includes(text),
        text,
      );
    const shows = async (text) => {
      await page.waitForFunction(
        (text) => document.querySelector("#translation").textContent.includes(text),
        text,
      );
      await translated(page);
    };
    const first = await type(page, task.text);
    await offered(page);
    const marks = {
      translation: first,
      target: await marked("#translation"),
      source: await marked("#source-marks"),
      words: await page
        .locator(".word.carried")
        .evaluateAll((words) => words.map((word) => word.getAttribute("aria-label"))),
      // The marks stand where the text field shows their words.
      apart: await page.evaluate(() => {
        const [field, copy] = ["#source", "#source-marks"].map((id) =>
          document.querySelector(id),
        );
        const [a, b] = [field, copy].map((each) => each.getBoundingClientRect());
        const styles = [field, copy].map((each) => getComputedStyle(each));
        const same = ["fontSize", "fontFamily", "lineHeight", "textAlign", "direction"];
        return [
          Math.abs(a.left - b.left),
          Math.abs(a.top - b.top),
          Math.abs(field.clientWidth - copy.clientWidth),
          Math.abs(field.scrollHeight - copy.scrollHeight),
          ...same.map((name) => (styles[0][name] === styles[1][name] ? 0 : name)),
        ].filter(Boolean);
      }),
    };
    await page.locator("#glossary summary").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.type(task.typed);
    await page.keyboard.press("Tab");
    await says("1 term");
    await shows(task.expected[0]);
    const typed = {
      translation: await shown(page),
      marks: await marked("#translation"),
    };
    await page.fill("#glossary-terms", `${task.typed}\nunfinished`);
    await says("line 2");
    const wrong = {
      message: await page.textContent("#glossary-status"),
      invalid: await page.getAttribute("#glossary-terms", "aria-invalid"),
      translation: await shown(page),
    };
    await page.setInputFiles("#glossary-file", task.files[0]);
    await shows(task.expected[1]);
    const opened = {
      lines: await page.inputValue("#glossary-terms"),
      message: await page.textContent("#glossary-status"),
      invalid: await page.getAttribute("#glossary-terms", "aria-invalid"),
      translation: await shown(page),
    };
    await page.setInputFiles("#glossary-file", task.files[1]);
    await says("UTF-8");
    const noText = await page.textContent("#glossary-status");
    await page.fill("#glossary-terms", "");
    await page.waitForFunction(
      (first) => document.querySelector("#translation").textContent === first,
      first,
    );
    await page.fill("#source", "");
    await page.waitForFunction(() => !document.querySelector("#source-marks mark"));
    return { marks, typed, wrong, opened, noText };
  },

  /** Adds bundles, changes between them without a network, and removes one. */
  async shelf(browser, door) {
    const page = await open(browser, door, { viewport: PHONE });
    await loaded(page);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await controlled(page);
    const says = (languages) =>
      page.waitForFunction(
        (languages) => document.querySelector("#languages").textContent === languages,
        languages,
      );
    const now = async () => {
      await loaded(page);
      return page.evaluate(() => ({
        choice: [...document.querySelectorAll("#bundle-choice option")].map(
          ({ text }) => text,
        ),
        list: [...document.querySelectorAll("#bundles li")].map((item) =>
          [...item.children].map(({ textContent }) => textContent),
        ),
        swap: !document.querySelector("#swap").hidden,
        directions: ["source", "translation"].map(
          (id) => document.getElementById(id).dir,
        ),
      }));
    };
    const found = { first: await now() };
    await page.click("#model > summary");
    await page.setInputFiles("#file", task.reverse);
    await says(task.names[1]);
    found.added = await now();
    found.translation = await type(page, task.text);
    await page.click("#swap");
    await says(task.names[0]);
    await translated(page);
    found.swapped = await page.inputValue("#source");
    door.shut();
    await page.context().setOffline(true);
    await page.selectOption("#bundle-choice", { label: task.names[1] });
    await says(task.names[1]);
    await page.reload();
    await says(task.names[1]);
    found.offline = await type(page, task.text);
    await page.click("#model > summary");
    await page.setInputFiles("#file", task.arabic);
    await says(task.names[2]);
    found.arabic = await now();
    found.caches = Object.keys((await kept(page)).caches).length;
    await page.click("#bundles button[aria-label*='Remove'] >> nth=0");
    await says(task.names[0]); // that of the page
    found.removed = await now();
    found.cachesLeft = Object.keys((await kept(page)).caches).length;
    return found;
  },

  /** Stops a bundle that does not arrive, and loads it after all. */
  async stopped(browser, door) {
    const context = await browser.newContext({ serviceWorkers: "block" });
    const page = await context.newPage();
    let pass;
    const held = new Promise((resolve) => (pass = resolve));
    await context.route("**/bundle/encoder.onnx", async (route) => {
      await held;
      await route.continue().catch(() => {}); // nobody waits for it
    });
    await page.goto(door.url);
    await page.waitForFunction(() =>
      document.querySelector("#progress-text").textContent.includes(" of "),
    );
    const partly = await page.evaluate(() => document.querySelector("progress").value);
    await page.click("#stop");
    await page.waitForFunction(
      () => !document.querySelector("#status").textContent.startsWith("Loading"),
    );
    const status = await page.textContent("#status");
    const problems = await page.isVisible("#problem");
    pass();
    await page.click("#bundles button");
    await loaded(page);
    return { partly, status, problems, translation: await type(page, task.text) };
  },

  /** Chooses, copies, shares, withholds and finds texts again. */
  async texts(browser, door) {
    const context = await browser.newContext({
      viewport: PHONE,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.addInitScript(() => {
      globalThis.voices = [{ localService: false, lang: "de-DE" }];
      globalThis.spoken = [];
      SpeechSynthesis.prototype.getVoices = () => globalThis.voices;
      SpeechSynthesis.prototype.speak = ({ text }) => globalThis.spoken.push(text);
      globalThis.SpeechSynthesisUtterance = class {
        constructor(text) {
          this.text = text;
        }
      };
    });
    await page.goto(door.url);
    await loaded(page);
    const sentences = () => page.locator("#translation .sentence").allTextContents();
    await type(page, task.text);
    await offered(page);
    const found = {
      first: await sentences(),
      sureness: await page.textContent("#sureness"),
    };
    const card = page.locator(".card").nth(1);
    await card.locator("summary").click();
    found.other = await card.locator(".alternatives button").first().textContent();
    await card.locator(".alternatives button").first().click();
    found.chosen = await sentences();
    await page.waitForFunction(() => document.activeElement.matches(".card"));
    found.focus = await page.evaluate(() =>
      [...document.querySelectorAll(".card")].indexOf(document.activeElement),
    );
    await page.click("#copy");
    await page.waitForFunction(
      () => document.querySelector("#copy").textContent === "Copied",
    );
    found.copied = await page.evaluate(() => navigator.clipboard.readText());
    // Every line of words is one line on the screen, and lines are drawn between them.
    found.figures = await page.evaluate(() =>
      [...document.querySelectorAll("figure")].map((figure) => {
        const paths = [...figure.querySelectorAll("path.strong")];
        const rows = [...figure.querySelectorAll(".words")].map((words) => {
          const tops = [...words.querySelectorAll(".word")].map(
            (word) => word.getBoundingClientRect().top,
          );
          return new Set(tops).size;
        });
        return {
          stanzas: figure.querySelectorAll(".stanza").length,
          rows,
          drawn: paths.filter((path) => Number(getComputedStyle(path).opacity) > 0.1)
            .length,
          overflow: figure.scrollWidth - figure.clientWidth,
        };
      }),
    );
    const listen = page.locator("#listen");
    found.voices = [await listen.isVisible()];
    await page.evaluate(() => {
      globalThis.voices.push({ localService: true, lang: "de_AT" });
      speechSynthesis.dispatchEvent(new Event("voiceschanged"));
    });
    found.voices.push(await listen.isVisible());
    await listen.click();
    found.spoken = await page.evaluate(() => globalThis.spoken);
    await page.click("#settings > summary");
    await page.fill("#least-confidence", "90");
    await page.check("#withholds");
    found.withheld = await sentences();
    await page.fill("#least-confidence", "0");
    found.sure = await sentences();
    await page.check("#number-format");
    await translated(page);
    await page.waitForFunction(
      (number) => document.querySelector("#translation").textContent.includes(number),
      task.number,
    );
    const entries = () => page.locator("#history-list .entry").allInnerTexts();
    const leave = () =>
      page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await leave();
    await page.waitForSelector("#history-list .entry", { state: "attached" });
    // Another app shares a text, which the page shows when it is opened.
    await page.evaluate(() => navigator.serviceWorker.ready);
    await controlled(page);
    found.shared = await page.evaluate(async (text) => {
      const body = new FormData();
      body.set("title", "");
      body.set("text", text);
      const response = await fetch("share", { method: "POST", body });
      return new URL(response.url).pathname;
    }, task.shared);
    await page.reload();
    await loaded(page);
    await page.waitForFunction(() => document.querySelector("#source").value !== "");
    found.received = await page.inputValue("#source");
    await translated(page);
    await leave();
    await page.waitForFunction(
      () => document.querySelectorAll("#history-list .entry").length === 2,
    );
    await page.click("#history > summary");
    found.history = await entries();
    await page.locator("#history-list .entry").nth(1).click();
    found.taken = await page.inputValue("#source");
    await page.locator("#history-list .quiet").first().click();
    await page.waitForFunction(
      () => document.querySelectorAll("#history-list .entry").length === 1,
    );
    await page.click("#settings > summary");
    found.remembered = [
      await page.isChecked("#number-format"),
      await page.isChecked("#withholds"),
    ];
    await page.uncheck("#keeps-history");
    await page.waitForSelector("#history-none:not([hidden])");
    await leave();
    const { caches } = await kept(page);
    found.historyCaches = Object.keys(caches).filter((name) =>
      name.includes("history"),
    );
    return found;
  },

  /** Uses the page with the keyboard, chooses another translation, clears the text. */
  async keyboard(browser, door) {
    const page = await open(browser, door);
    await loaded(page);
    // Every key overtakes the translation of the one before.
    await page.focus("#source");
    await page.keyboard.type(task.text, { delay: 5 });
    await translated(page);
    await offered(page);
    const translation = await shown(page);
    const focused = () =>
      page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? "");
    const curves = () => page.locator("path.active").count();
    await page.locator(".words .word").first().focus();
    const words = [await focused()];
    const active = [await curves()];
    for (const key of ["ArrowRight", "ArrowDown", "ArrowUp", "End", "Home"]) {
      await page.keyboard.press(key);
      words.push(await focused());
      active.push(await curves());
    }
    const other = await page.locator(".alternatives button").first().textContent();
    await page.locator(".alternatives button").first().press("Enter");
    const chosen = await shown(page);
    await page.click("#clear");
    const cleared = {
      source: await page.inputValue("#source"),
      translation: await shown(page),
      alignment: await page.isHidden("#alignment"),
      alternatives: await page.isHidden(".alternatives"),
    };
    return { translation, words, active, other, chosen, cleared };
  },
};

const door = await serve(task.serve);
const browser = await chromium.launch({ executablePath: task.browser, args: FLAGS });
try {
  const result = await scenarios[process.argv[2]](browser, door);
  if (result !== undefined) process.stdout.write(JSON.stringify(result));
} finally {
  await browser.close();
  door.shut();
}
