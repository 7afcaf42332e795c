// Rasterizes drawings in one page of a headless Chromium, for scripts/bench-rasterize.
//
// Reads JSON, a line each: first {"chromium": path, "side": pixels}, then {"files": [[svg, png], ...]}. Answers each with
// a line: {} when the browser stands, then {"seconds": n}.

import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
let browser, page, side;
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  if (order.chromium) {
    ({ side } = order);
    browser = await chromium.launch({
      executablePath: order.chromium,
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND"],
    });
    page = await browser.newPage({ viewport: { width: side, height: side } });
    say({});
    continue;
  }
  const since = performance.now();
  for (const [svg, png] of order.files) {
    const address = `data:image/svg+xml;base64,${readFileSync(svg).toString("base64")}`;
    // Drawn and encoded in the page: a screenshot would take a turn of the compositor too.
    const made = await page.evaluate(async ([address, side]) => {
      const image = Object.assign(new Image(), { src: address });
      await image.decode();
      const [width, height] = [image.naturalWidth || side, image.naturalHeight || side];
      const scale = side / Math.max(width, height);
      const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
      const context = canvas.getContext("2d");
      context.fillStyle = "#fff";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
      let text = "";
      for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
      return btoa(text);
    }, [address, side]);
    writeFileSync(png, Buffer.from(made, "base64"));
  }
  say({ seconds: (performance.now() - since) / 1000 });
}
await browser?.close();
