// Opens pages as a phone and a desktop computer show them, in light and in dark colours,
// and prints a line of JSON for each: what axe-core finds, and whether it is too wide.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { packages, browser, addresses, screenshots } = JSON.parse(readFileSync(0));
const require = createRequire(packages);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const SIZES = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 900 },
};

const chrome = await chromium.launch({
  executablePath: browser,
  args: ["--no-sandbox"],
});
for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ["light", "dark"]) {
    const context = await chrome.newContext({ viewport, colorScheme, bypassCSP: true });
    const page = await context.newPage();
    for (const address of addresses) {
      await page.goto(address);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      const tooWide = await page.evaluate(
        () => document.documentElement.scrollWidth > window.innerWidth,
      );
      const path = new URL(address).pathname;
      if (screenshots) {
        const name = `${size}-${colorScheme}${path.replaceAll("/", "-")}.png`;
        await page.screenshot({ path: `${screenshots}/${name}` });
      }
      const found = violations.map(({ id, impact, nodes }) => ({
        id,
        impact,
        places: nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)),
      }));
      console.log(JSON.stringify({ size, colorScheme, path, tooWide, found }));
    }
    await context.close();
  }
}
await chrome.close();
