// Opens pages in a real Chromium and tells what came of it, as JSON.
//
// Reads {"chromium": path, "pages": [path], "alarm": text, "views": [{"width", "scheme"}], "shots": folder or null}
// from its input. What is right and wrong is for the caller to say.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const order = JSON.parse(readFileSync(0, "utf8"));
const browser = await chromium.launch({
  executablePath: order.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND"],
});

const look = async (context, view, path, first, number) => {
  const page = await context.newPage();
  const requests = [], errors = [];
  page.on("request", (request) => requests.push(request.url().slice(0, 300)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("dialog", (dialog) => { errors.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  await page.goto(pathToFileURL(path).href, { waitUntil: "load" });

  await page.keyboard.press("Tab");
  const firstStop = await page.evaluate(() => {
    const { top, height } = document.activeElement.getBoundingClientRect();
    return { words: document.activeElement.textContent.trim(), visible: top >= 0 && height > 0 };
  });
  await page.keyboard.press("Enter");
  const afterSkip = await page.evaluate(() => document.activeElement.id);

  // Everything folded is opened and everything lazy is loaded, so that all of the page takes part.
  const facts = await page.evaluate(async () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    const images = [...document.images];
    for (const image of images) image.loading = "eager";
    await Promise.all(images.map((image) => image.decode().catch(() => {})));
    const background = (element) => element && getComputedStyle(element).backgroundColor;
    const small = [...document.querySelectorAll("a, summary")].filter((element) => !element.matches(".skip") && element.getClientRects().length)
      .filter((element) => { const box = element.getBoundingClientRect(); return box.width < 1 || box.height < 1; });
    // A badge stands whole in its line, whose other end may be cut.
    const cut = [...document.querySelectorAll(".tag")].filter((tag) => {
      const [box, line] = [tag, tag.closest("p, td, th, li, div")].map((element) => element.getBoundingClientRect());
      return box.height && (box.top < line.top - 0.1 || box.bottom > line.bottom + 0.1);
    });
    return {
      cut: cut.map((tag) => tag.textContent),
      overflow: document.documentElement.scrollWidth - innerWidth,
      images: images.length,
      broken: images.filter((image) => !image.naturalWidth).map((image) => image.src.slice(0, 120)),
      // Beside these stand the words.
      unlabelled: images.filter((image) => !image.alt && !image.matches(".moving, .picker img")).length,
      room: background(document.body),
      // Small pictures were laid on white when they were made, so a plate of another shape may be dark beside them.
      plate: background([...document.querySelectorAll(".plate img")].find((image) => !/-(small|tiny)\.png$/.test(image.currentSrc))?.parentElement),
      unreachable: small.length,
    };
  });
  await page.evaluate(axe);
  const violations = await page.evaluate(async (first) => {
    // Colours follow from the style sheet, so one page of a kind tells; to find them takes half of the time.
    const rules = { "target-size": { enabled: innerWidth < 640 }, ...(!first && { "color-contrast": { enabled: false } }) };
    const found = (await globalThis.axe.run(document, { resultTypes: ["violations"], preload: false, rules })).violations;
    return found.map((v) => `${v.id}: ${v.help} ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 200)).join(" | ")}`);
  }, first);
  if (order.shots) {
    const name = `${number}-${view.width}-${view.scheme}.png`;
    await page.screenshot({ path: join(order.shots, name) });
  }
  const alarmed = (await page.title()) === order.alarm;
  await page.close();
  return { path, view, requests, errors, firstStop, afterSkip, alarmed, violations, ...facts };
};

const visits = [];
for (const view of order.views) {
  const context = await browser.newContext({
    viewport: { width: view.width, height: 900 }, colorScheme: view.scheme, reducedMotion: "reduce",
  });
  const kinds = new Set();
  for (const [index, path] of order.pages.entries()) {
    // The first page of a kind is looked at in every view, the many others by turns in one or the other.
    const kind = path.match(/\w+(?=\/[^/]*(\/index)?\.html$)/)[0];
    const first = !kinds.has(kind);
    kinds.add(kind);
    if (!first && (index + order.views.indexOf(view)) % order.views.length) continue;
    visits.push([context, view, path, first, visits.length]);
  }
}
// Much of a look is waiting, so several pages are open at once.
const seen = [];
const waiting = visits.values();
await Promise.all(Array.from({ length: 4 }, async () => {
  for (const visit of waiting) seen[visit.at(-1)] = await look(...visit);
}));
await browser.close();
process.stdout.write(JSON.stringify(seen));
