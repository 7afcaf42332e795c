// Votes in a real Chromium as a person would: by keys, by pointer, without scripts, on screens of several shapes; and tells
// what came of it, as JSON.
//
// Reads {"chromium": path, "address": url, "shots": folder or null} from its input. What is right and wrong is for the
// caller to say.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const order = JSON.parse(readFileSync(0, "utf8"));
const browser = await chromium.launch({
  executablePath: order.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync"],
});
const errors = [], requests = new Set();
const open = async (options) => {
  const context = await browser.newContext({ ...options });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => requests.add(request.url().replace(/[0-9a-f]{32}/, "TOKEN")));
  await page.goto(order.address, { waitUntil: "load" });
  return page;
};
const token = (page) => page.locator("form[action='/vote'] input").getAttribute("value");
// Does something that leads to another pair, and waits for it.
const onward = async (page, act) => {
  const before = await token(page);
  await act();
  await page.waitForFunction((old) => document.readyState === "complete"
    && document.querySelector("form[action='/vote'] input")?.value !== old, before);
  return (await token(page)) !== before;
};
const look = async (page, name) => {
  const facts = await page.evaluate(async () => {
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
    const box = (element) => { const { x, y, width, height } = element.getBoundingClientRect(); return { x, y, width, height }; };
    const seen = ({ y, height }) => y >= 0 && y + height <= innerHeight + 1;
    const plates = [...document.querySelectorAll(".plate")].map(box);
    const buttons = [...document.querySelectorAll(".choices button")].map(box);
    const background = (element) => element && getComputedStyle(element).backgroundColor;
    return {
      plates, buttons: buttons.length, alt: [...document.images].map((image) => image.alt),
      broken: [...document.images].filter((image) => !image.naturalWidth).length,
      fits: [...plates, ...buttons].every(seen),
      overflow: document.documentElement.scrollWidth - innerWidth,
      room: background(document.body), plate: background(document.querySelector(".plate")),
      kbd: [...document.querySelectorAll("kbd")].filter((key) => key.getClientRects().length).map((key) => key.textContent),
      title: document.title,
    };
  });
  await page.evaluate(axe);
  facts.violations = await page.evaluate(async () => {
    const found = (await globalThis.axe.run(document, { resultTypes: ["violations"], preload: false })).violations;
    return found.map((v) => `${v.id}: ${v.help} ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 200)).join(" | ")}`);
  });
  if (order.shots) await page.screenshot({ path: join(order.shots, `${name}.png`) });
  return facts;
};

const told = {};
const page = await open({ viewport: { width: 1366, height: 768 }, colorScheme: "light" });
told.wide = await look(page, "wide-light");
await page.keyboard.press("Tab");
told.firstStop = await page.evaluate(() => document.activeElement.value);
told.names = await page.getByRole("button").evaluateAll((all) => all.map((button) =>
  [...button.childNodes].filter((node) => node.getAttribute?.("aria-hidden") !== "true").map((node) => node.textContent).join("").trim()));

// What is no answer.
const first = await token(page);
for (const keys of ["Control+ArrowLeft", "Shift+ArrowRight", "Alt+ArrowDown", "x", "Backspace", "u"]) await page.keyboard.press(keys);
const stray = (fields) => page.evaluate((init) => {
  document.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));
}, fields);
await stray({ key: "ArrowLeft", repeat: true });
await stray({ key: "ArrowLeft", metaKey: true });
await page.waitForTimeout(400);
told.still = (await token(page)) === first;

told.keys = [];
for (const key of ["ArrowLeft", "ArrowUp", "=", "ArrowDown", "ArrowRight"]) {
  told.keys.push(await onward(page, () => page.keyboard.press(key)));
}
// Two keys at once are one answer.
told.hasty = await onward(page, () => page.evaluate(() => {
  for (const key of ["ArrowLeft", "ArrowRight"]) document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}));
await page.waitForTimeout(300);
told.notice = await page.locator("[role=alert]").count();
for (const key of ["u", "Backspace"]) told.keys.push(await onward(page, () => page.keyboard.press(key)));
told.clicked = await onward(page, () => page.getByRole("button", { name: "Equally good" }).click());
told.undone = await onward(page, () => page.getByRole("button", { name: "Undo the last vote" }).click());

const dark = await open({ viewport: { width: 1920, height: 1080 }, colorScheme: "dark", reducedMotion: "reduce" });
told.dark = await look(dark, "wide-dark");
const phone = await open({ viewport: { width: 360, height: 740 }, colorScheme: "dark", hasTouch: true });
told.phone = await look(phone, "phone-dark");
told.tapped = await onward(phone, () => phone.getByRole("button", { name: "Both bad" }).tap());
// A window that shows an older pair is told so, and shows the one that is on show.
told.late = await onward(dark, () => dark.keyboard.press("ArrowRight"));
told.lateNotice = await dark.locator("[role=alert]").textContent();
told.lateLook = await look(dark, "late-dark");
await dark.reload();
told.lateReload = await dark.locator("[role=alert]").count();

const plain = await open({ viewport: { width: 800, height: 600 }, javaScriptEnabled: false });
told.plainKeys = await plain.locator("kbd:visible").count();
const before = await token(plain);
await plain.getByRole("button", { name: "B is better" }).click();
await plain.waitForLoadState("load");
told.plain = (await token(plain)) !== before;

// To the end.
await page.reload();
for (let votes = 0; votes < 100 && await page.locator(".choices").count(); votes += 1) {
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.keyboard.press("ArrowDown")]);
}
told.end = await look(page, "end-light");
await dark.reload();
told.endDark = await look(dark, "end-dark");
told.errors = errors;
told.requests = [...requests].sort();
await browser.close();
process.stdout.write(JSON.stringify(told));
