// What the tests do in Firefox: `node firefox.mjs < task.json > result.json`.
//
// A task names the browser, the command that serves a bundle, a text for the page, and
// lines for its library. The library translates them; then the page is opened, translates
// the text, and translates it again without its server.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { serve } from "./server.mjs";

const task = JSON.parse(readFileSync(0, "utf8"));
const puppeteer = createRequire(task.packages)("puppeteer-core");

const loaded = (page) =>
  page.waitForFunction(() =>
    document.querySelector("#status").textContent.includes("MB"),
  );

/** Types a text into the page and returns its translation. */
async function translate(page, text) {
  await loaded(page);
  await page.type("#source", text);
  await page.waitForFunction(
    () =>
      document.querySelector("#translation").getAttribute("aria-busy") === "false" &&
      document.querySelector("#speed").textContent !== "",
  );
  return page.$eval("#translation", (translation) => translation.textContent);
}

const door = await serve(task.serve);
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: task.browser,
  headless: true,
});
try {
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", ({ message }) => problems.push(message));
  await page.goto(door.url);
  const texts = await page.evaluate(async (lines) => {
    const { loadBundle } = await import("./translator.js");
    const translator = await loadBundle("bundle/");
    const found = [];
    for (const line of lines) found.push((await translator.translate(line)).text);
    translator.close();
    return found;
  }, task.lines);
  const online = await translate(page, task.text);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const status = await page.$eval("#status", ({ textContent }) => textContent);
  door.shut();
  await page.reload();
  const offline = await translate(page, task.text);
  process.stdout.write(JSON.stringify({ texts, online, status, offline, problems }));
} finally {
  await browser.close();
  door.shut();
}
