// Uses the gallery's script in a real Chromium as a person with a keyboard would, and tells what came of it, as JSON.
//
// Reads {"chromium": path, "wall": path, "versus": path, "attempt": path, "ranking": path} from its input. What is right and wrong is
// for the caller to say.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const order = JSON.parse(readFileSync(0, "utf8"));
const browser = await chromium.launch({
  executablePath: order.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND"],
});
const errors = [];
const open = async (context, path, hash = "") => {
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(pathToFileURL(path).href + hash, { waitUntil: "load" });
  return page;
};
const hash = (page) => page.evaluate(() => decodeURIComponent(location.hash));
const cases = (page) => page.evaluate(() => [...document.querySelectorAll(".case")].filter((item) => !item.hidden)
  .map((item) => ({ name: item.querySelector("h2").textContent, provider: item.dataset.provider })));

const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
const wall = await open(context, order.wall);
const told = { before: await cases(wall), tools: await wall.locator("[data-tools]").isVisible() };
await wall.locator("[name=sort]").selectOption("name");
told.byName = await cases(wall);
await wall.locator("[name=provider]").selectOption("gpt");
told.filtered = await cases(wall);
told.count = await wall.locator("[data-tools] output").textContent();
told.hash = await hash(wall);
await wall.reload();
told.again = await cases(wall);
told.firstPicture = await wall.evaluate(() => {
  const first = document.querySelector(".case:not([hidden]) .plate img");
  return first ? first.getBoundingClientRect().width : 0;
});
await wall.locator("[name=size]").fill("5");
told.largerPicture = await wall.evaluate(() => document.querySelector(".case:not([hidden]) .plate img").getBoundingClientRect().width);

// A card opens large, with an address of its own; keys lead on and back.
await wall.locator("[name=size]").fill("3");
await wall.locator("[name=provider]").selectOption("");
const large = () => wall.evaluate(() => {
  const image = document.querySelector("dialog[open] img");
  return [image?.alt ?? null, new URLSearchParams(location.hash.slice(1)).has("drawing")];
});
const shown = wall.locator(".case:not([hidden]) .lead-card a.plate:has(img)");
told.plates = await Promise.all([0, 1].map((index) => shown.nth(index).locator("img").first().getAttribute("alt")));
told.large = [await large()];
await shown.first().click({ position: { x: 20, y: 60 } });
told.large.push(await large());
await wall.keyboard.press("ArrowRight");
told.large.push(await large());
await wall.keyboard.press("Escape");
// The dialog tells of its closing in a task of its own.
await wall.waitForFunction(() => !new URLSearchParams(location.hash.slice(1)).has("drawing"));
told.large.push(await large());
// Back closes it and stays on the page, forward opens it again, and closing it leaves no step behind.
const steps = () => wall.evaluate(() => navigation.currentEntry.index);
const without = () => wall.waitForFunction(() => !new URLSearchParams(location.hash.slice(1)).has("drawing") && !document.querySelector("dialog[open]"));
const stood = await steps();
await shown.first().click({ position: { x: 20, y: 60 } });
await wall.keyboard.press("ArrowRight");
await wall.goBack();
await without();
told.backs = [(await steps()) - stood];
await wall.goForward();
await wall.waitForFunction(() => document.querySelector("dialog[open]"));
told.large.push(await large());
await wall.keyboard.press("Escape");
await without();
told.backs.push((await steps()) - stood);
// By hand: a tap opens it, a swipe leads on and back, and its link and the code to embed it are copied.
const hand = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, permissions: ["clipboard-read", "clipboard-write"] });
const phone = await open(hand, order.wall, "#sort=name");
const touch = await hand.newCDPSession(phone);
const swipe = async (from, to, down = 0) => {
  const points = (x, y) => [{ x, y }];
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: points(from, 300) });
  for (let part = 1; part <= 4; part += 1) {
    await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: points(from + (to - from) * part / 4, 300 + down * part / 4) });
  }
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
};
const onPhone = () => phone.evaluate(() => document.querySelector("dialog[open] img")?.alt ?? null);
const cards = phone.locator(".case:not([hidden]) .lead-card a.plate:has(img)");
told.swiped = [];
await cards.first().tap({ position: { x: 20, y: 60 } });
told.swiped.push(await onPhone());
await swipe(320, 80);
told.swiped.push(await onPhone());
await swipe(80, 320);
told.swiped.push(await onPhone());
// Up and down is no swipe to the side.
await swipe(200, 150, -200);
told.swiped.push(await onPhone());
// Clicked, since a tap that comes while the page still glides from a swipe only stops it.
const pasted = async (page, name) => {
  await page.getByRole("button", { name }).click();
  await page.locator("output:visible", { hasText: name === "Copy link" ? "The link is copied." : "The code is copied." }).waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
};
const root = new URL("..", pathToFileURL(order.wall)).href;
told.copies = [];
for (const name of ["Copy link", "Copy code to embed"]) told.copies.push((await pasted(phone, name)).replaceAll(root, ""));
told.fits = await phone.evaluate(() => {
  const box = document.querySelector("dialog[open]").getBoundingClientRect();
  return box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
});
await phone.getByRole("button", { name: "Close" }).click();
told.swiped.push(await onPhone());
// The same on the page of one attempt.
const page = await open(hand, order.attempt);
for (const name of ["Copy link", "Copy code to embed"]) told.copies.push((await pasted(page, name)).replaceAll(root, ""));
// Search finds models and their labs.
await wall.locator("[name=find]").fill("haiku anthropic");
told.found = (await cases(wall)).map((item) => item.name);
await wall.locator("[name=find]").fill("zzz");
told.foundNothing = await wall.locator("[data-tools] output").textContent();
await wall.locator("[name=find]").fill("");
// Two cards are chosen, and a link leads to where they are compared.
for (const index of [0, 1]) await wall.locator(".case .pick input").nth(index).check();
told.picked = await wall.locator(".picked .go").getAttribute("href");
told.wallViolations = await wall.evaluate(axe).then(() => wall.evaluate(async () =>
  (await globalThis.axe.run(document, { resultTypes: ["violations"], preload: false })).violations.map((violation) => violation.id)));

const rows = (page) => page.evaluate(() => [...document.querySelector("[data-board]").tBodies[0].rows].map((row) => row.dataset.name));
const board = await open(context, order.ranking);
told.board = await rows(board);
const sorted = () => board.evaluate(() => [...document.querySelector("[data-board]").querySelectorAll("[aria-sort]")]
  .map((head) => [head.textContent, head.getAttribute("aria-sort")]));
told.boardBegins = await sorted();
const head = board.locator("[data-board]").first().locator("[data-sort=name] button");
await head.press("Enter");
told.boardByName = await rows(board);
await head.press("Enter");
told.boardTurned = await rows(board);
told.boardHash = await hash(board);
told.boardSorted = await sorted();
await board.reload();
told.boardAgain = await rows(board);

const versus = await open(context, order.versus);
told.benchBefore = await versus.locator("[data-bench]").isVisible();
for (const index of [0, 3, 1]) {
  await versus.locator("[data-picker] input").nth(index).focus();
  await versus.keyboard.press("Space");
}
told.bench = await versus.locator("[data-bench] > li").count();
told.broken = await versus.evaluate(async () => {
  const images = [...document.querySelectorAll("[data-bench] img")];
  await Promise.all(images.map((image) => image.decode().catch(() => {})));
  return images.filter((image) => !image.naturalWidth).length;
});
await versus.evaluate(axe);
told.violations = [];
for (const view of ["onion", "blink", "side", "slider"]) {
  await versus.locator("[name=view]").selectOption(view);
  // As wide as high would leave white above and below a landscape.
  if (view === "slider") told.overlaid = await versus.evaluate(() => {
    const box = document.querySelector("[data-bench] .plate").getBoundingClientRect();
    return [box.width / box.height, Math.min(...[...document.querySelectorAll("[data-bench] img")].map((image) => image.naturalWidth / image.naturalHeight))];
  });
  const found = await versus.evaluate(async () => (await globalThis.axe.run(document, { resultTypes: ["violations"], preload: false })).violations);
  told.violations.push(...found.map((violation) => `${view}: ${violation.id}`));
}
await versus.locator("[name=at]").fill("30");
told.clip = await versus.evaluate(() => [...document.querySelectorAll("[data-bench] .plate")].map((plate) => plate.style.clipPath));
told.names = await versus.evaluate(() => [...document.querySelectorAll("[data-picker] :checked")].map((box) => box.getAttribute("aria-label").replace("Compare ", "")));
told.words = await versus.locator("[data-versus] output").textContent();
told.figures = await versus.evaluate(() => [...document.querySelectorAll("[data-chosen] tbody tr")].map((row) =>
  [row.querySelector("a").textContent, row.cells[1].innerText].join(", ")));
told.versusHash = await hash(versus);
const permalink = await open(context, order.versus, await versus.evaluate(() => location.hash));
told.linked = await permalink.evaluate(() => [document.querySelectorAll("[data-bench] > li").length,
  document.querySelector("[data-bench]").className, document.querySelector("[name=at]").value]);
await permalink.locator("[name=view]").selectOption("blink");
const onTop = () => permalink.evaluate(() => [...document.querySelectorAll("[data-bench] > li")].findIndex((item) => !item.classList.contains("off")));
told.blink = [await onTop()];
const words = () => permalink.locator("[data-versus] output").textContent();
told.turns = [await words()];
await permalink.locator("[data-next]").focus();
await permalink.keyboard.press("Enter");
told.blink.push(await onTop());
told.turns.push(await words());
// By itself only when that is asked for, and not where motion is unwelcome.
await permalink.waitForTimeout(1000);
told.blink.push(await onTop());
await permalink.locator("[name=run]").focus();
await permalink.keyboard.press("Space");
await permalink.waitForFunction(() => !document.querySelectorAll("[data-bench] > li")[2].classList.contains("off"));
told.live = await permalink.locator("[data-versus] output").getAttribute("aria-live");
await permalink.emulateMedia({ reducedMotion: "reduce" });
await permalink.locator("[data-run]").waitFor({ state: "hidden", timeout: 5_000 }).catch(() => {});
told.runs = await permalink.locator("[data-run]").isVisible();
const stopped = await onTop();
await permalink.waitForTimeout(1000);
told.stops = stopped === await onTop();
const stray = await open(context, order.versus, "#compare=nobody,%3Cscript%3E&view=x&at=y");
told.stray = await stray.locator("[data-bench]").isVisible();

// The replay plays by itself: what is seen changes.
const attempt = await open(context, order.attempt);
await attempt.locator("details.browser > summary").first().click();
const drawn = () => attempt.locator("details.browser img").first().screenshot();
const early = await drawn();
told.replay = false;
for (let look = 0; look < 60 && !told.replay; look += 1) {
  await attempt.waitForTimeout(250);
  told.replay = !early.equals(await drawn());
}

const still = await browser.newContext({ javaScriptEnabled: false });
const plain = await open(still, order.wall);
told.plainTools = await plain.locator("[data-tools]").isVisible();
told.plainCases = await plain.locator(".case").count();
told.boardPlain = await rows(await open(still, order.ranking));
told.errors = errors;
await browser.close();
process.stdout.write(JSON.stringify(told));
