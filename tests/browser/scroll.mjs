// Opens a page in a real Chromium, tells what it fetched before anybody scrolled, and how it scrolls, as JSON.
//
// Reads {"chromium": path, "page": path} from its input. The folder above the page is served on loopback, so that what
// is lazy is lazy as on the web. What is right and wrong is for the caller to say.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename, dirname, extname, join } from "node:path";
import { chromium } from "playwright-core";

const order = JSON.parse(readFileSync(0, "utf8"));
const root = order.page.includes("/prompts/") ? dirname(dirname(order.page)) : dirname(order.page);
const fetched = {};
const types = { ".html": "text/html", ".css": "text/css", ".png": "image/png" };
const server = createServer((request, answer) => {
  const path = new URL(request.url, "http://localhost").pathname;
  const body = readFileSync(join(root, path));
  fetched[path] = body.length;
  answer.writeHead(200, { "content-type": types[extname(path)] }).end(body);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}/${root === dirname(order.page) ? "" : "prompts/"}${basename(order.page)}`;

const browser = await chromium.launch({
  executablePath: order.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
await page.goto(address, { waitUntil: "load" });
// A busy machine is quiet for a while before it asks for the first picture.
await page.waitForFunction(() => {
  const seen = [...document.images].filter((image) => {
    const { top, bottom } = image.getBoundingClientRect();
    return image.checkVisibility() && bottom > 0 && top < innerHeight;
  });
  return seen.length > 0 && seen.every((image) => image.complete && image.naturalWidth > 0);
});
for (let count = 0; count !== Object.keys(fetched).length;) {
  count = Object.keys(fetched).length;
  await page.waitForTimeout(1000);
}
const before = { ...fetched };
// A second of scrolling a screen at a time is slower than what a hand does; frames are timed as they are shown.
const frames = await page.evaluate(async () => {
  const times = [];
  let last = performance.now();
  const height = document.documentElement.scrollHeight;
  for (let y = 0; y < height; y += 120) {
    scrollTo(0, y);
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  times.sort((a, b) => a - b);
  const at = (share) => Math.round(times[Math.floor(share * (times.length - 1))] * 10) / 10;
  return { count: times.length, median: at(0.5), p95: at(0.95), longest: at(1) };
});
const reached = await page.evaluate(() => scrollY + innerHeight > document.documentElement.scrollHeight - 1000);
await browser.close();
server.close();
process.stdout.write(JSON.stringify({ fetched: before, frames, reached }));
