// Opens a page in a real Chromium as a slow phone does, and tells when its largest picture was painted, as JSON.
//
// Reads {"chromium": path, "page": path, "turns": number, "density": number, "packed": bool} from its input. The folder of the
// page is served on loopback, text packed with gzip where asked for, as plain hosts do. The profile is that of a slow phone:
// the processor four times slower, 1.6 Mbit/s, 150 ms to each answer, 390 x 844. Times are in milliseconds from the start of
// the navigation and depend on the machine. What is right and wrong is for the caller to say.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename, dirname, extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const order = JSON.parse(readFileSync(0, "utf8"));
const root = dirname(order.page);
const types = { ".html": "text/html", ".css": "text/css", ".png": "image/png", ".svg": "image/svg+xml" };
const ready = new Map();
const answerTo = (path) => {
  if (!ready.has(path)) {
    const body = readFileSync(join(root, path)), packs = order.packed && [".html", ".css", ".svg"].includes(extname(path));
    const head = { "content-type": types[extname(path)], ...(packs && { "content-encoding": "gzip" }) };
    ready.set(path, [head, packs ? gzipSync(body) : body]);
  }
  return ready.get(path);
};
let fetched = {};
const server = createServer((request, answer) => {
  const path = new URL(request.url, "http://localhost").pathname, [head, body] = answerTo(path);
  fetched[path] = body.length;
  answer.writeHead(200, { ...head, "content-length": body.length }).end(body);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}/${basename(order.page)}`;

const browser = await chromium.launch({
  executablePath: order.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync"],
});
const turns = [];
for (let turn = 0; turn < order.turns; turn++) {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 }, deviceScaleFactor: order.density, isMobile: true, hasTouch: true,
  });
  const page = await context.newPage(), phone = await context.newCDPSession(page);
  await phone.send("Network.enable");
  await phone.send("Network.emulateNetworkConditions", {
    offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8,
  });
  await phone.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  fetched = {};
  await page.goto(address, { waitUntil: "load" });
  turns.push(await page.evaluate(() => new Promise((resolve) => {
    const paints = {};
    new PerformanceObserver((list) => {
      for (const { name, startTime } of list.getEntries()) paints[name] = Math.round(startTime);
    }).observe({ type: "paint", buffered: true });
    new PerformanceObserver((list) => {
      const last = list.getEntries().at(-1), image = performance.getEntriesByName(last.url)[0];
      paints.largest = Math.round(last.startTime);
      paints.of = last.url ? new URL(last.url).pathname : last.element?.localName;
      paints.bytes = image?.encodedBodySize, paints.asked = Math.round(image?.startTime), paints.came = Math.round(image?.responseEnd);
    }).observe({ type: "largest-contentful-paint", buffered: true });
    // What is lazy on the first screen is asked for after the page has loaded.
    setTimeout(() => resolve(paints), 3000);
  })));
  turns.at(-1).fetched = Object.values(fetched).reduce((sum, bytes) => sum + bytes, 0);
  await context.close();
}
await browser.close();
server.close();
process.stdout.write(JSON.stringify({ turns }));
