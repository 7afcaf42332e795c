// Watches a served gallery in a real Chromium until a new card hangs there, and tells what it saw, as JSON.
// It says "watching" on a line of its own when all pages are open.
//
// Reads {"chromium": path, "address": url, "attempt": url of a page that does not change} from its input. What is
// right and wrong is for the caller to say.

import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const order = JSON.parse(readFileSync(0, "utf8"));
const browser = await chromium.launch({
  executablePath: order.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
const errors = [];
const open = async (address) => {
  const page = await context.newPage();
  const told = { loads: 0, page };
  page.on("load", () => { told.loads += 1; });
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(address, { waitUntil: "load" });
  return told;
};
const cards = (page) => page.locator(".case").count();
const wall = await open(order.address);
const attempt = await open(order.attempt);
const before = await cards(wall.page);
process.stdout.write("watching\n");
await wall.page.waitForFunction((n) => document.querySelectorAll(".case").length > n, before, { timeout: 120_000 });
const after = await cards(wall.page);
// Time for a page that must stay as it is to do otherwise.
await attempt.page.waitForTimeout(500);
await browser.close();
process.stdout.write(JSON.stringify({ before, after, wallLoads: wall.loads, attemptLoads: attempt.loads, errors }));
