/**
 * Let Lighthouse judge pages: `node audit.mjs < pages.json`, where Chromium is CHROME_PATH.
 *
 * In: `{flags, pages: [{name, url, cookie}]}`. Out: a line of JSON for each page, with its scores
 * (0 to 1) and whatever cost points.
 */

import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";
import { text } from "node:stream/consumers";

const CATEGORIES = ["performance", "accessibility", "best-practices"];

const { flags, pages } = JSON.parse(await text(process.stdin));
const chrome = await launch({ chromeFlags: flags });
try {
  for (const { name, url, cookie } of pages) {
    const options = {
      port: chrome.port,
      logLevel: "error",
      onlyCategories: CATEGORIES,
      extraHeaders: cookie ? { Cookie: cookie } : {},
    };
    const { lhr } = await lighthouse(url, options, desktopConfig);
    const scores = CATEGORIES.map((id) => [id, lhr.categories[id].score]);
    const lost = CATEGORIES.flatMap((id) => lhr.categories[id].auditRefs)
      .filter(({ weight }) => weight > 0)
      .map(({ id }) => lhr.audits[id])
      .filter(({ score }) => score !== null && score < 0.9)
      .map(({ id, title, displayValue }) => [id, title, displayValue].filter(Boolean).join(": "));
    const problem = lhr.runtimeError?.message;
    const shown = lhr.finalDisplayedUrl;
    console.log(JSON.stringify({ name, scores: Object.fromEntries(scores), lost, problem, shown }));
  }
} finally {
  chrome.kill();
}
