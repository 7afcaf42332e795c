// Tells how far pictures of drawings are from what a real Chromium shows of them.
//
// Reads {"chromium": path, "drawings": [{"svg": base64, "png": base64, "seconds": number}]} from each line of its input, until
// that ends. Answers each with a line of numbers, one for each drawing: the share of pixels that differ by more than 40 of 255 in a channel, once both pictures are averaged over
// 4 by 4 pixels; null where Chromium shows no picture. A drawing with seconds is held at that time; others are shown as images.

import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const launch = (executablePath) => chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND"],
});

// The drawing as a document whose animations are held at a time, as a picture of that size.
const held = async (browser, svg, seconds, [width, height]) => {
  const text = Buffer.from(svg, "base64");
  const root = text.toString().match(/<svg[^>]*>/)?.[0] ?? "";
  const side = (name) => Number(root.match(new RegExp(`\\s${name}=["'](\\d+(\\.\\d+)?)(px)?["']`))?.[1]);
  const own = side("width") && side("height");
  const [across, down] = own ? [side("width"), side("height")] : [width, height];
  const context = await browser.newContext({
    viewport: { width: Math.round(across), height: Math.round(down) }, deviceScaleFactor: width / Math.round(across),
  });
  const drawing = await context.newPage();
  await drawing.route("http://drawing.test/**", (route) => route.fulfill({ body: text, contentType: "image/svg+xml" }));
  // One that ends soon must still be there to be held.
  const session = await context.newCDPSession(drawing);
  await session.send("Animation.enable");
  await session.send("Animation.setPlaybackRate", { playbackRate: 0 });
  await drawing.goto("http://drawing.test/drawing.svg");
  await drawing.evaluate((seconds) => {
    document.documentElement.pauseAnimations();
    document.documentElement.setCurrentTime(seconds);
    for (const animation of document.getAnimations()) {
      animation.pause();
      animation.currentTime = seconds * 1000;
    }
  }, seconds);
  const picture = await drawing.screenshot({ animations: "allow" });
  await context.close();
  return picture.toString("base64");
};

// The share of a drawing's pixels that differ.
const share = async (browser, page, { svg, png, seconds }) => {
  const bytes = Buffer.from(png, "base64");
  const size = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const shot = seconds === undefined ? null : await held(browser, svg, seconds, size);
  return page.evaluate(async ([svg, png, shot]) => {
    const load = async (address) => {
      const image = Object.assign(new Image(), { src: address });
      await image.decode();
      return image;
    };
    const ours = await load(`data:image/png;base64,${png}`);
    const address = shot ? `data:image/png;base64,${shot}` : `data:image/svg+xml;base64,${svg}`;
    const theirs = await load(address).catch(() => null);
    if (!theirs) return null;
    const [width, height] = [ours.naturalWidth, ours.naturalHeight];
    const pixels = (image) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d");
      context.fillStyle = "white";
      context.fillRect(0, 0, width, height);
      context.drawImage(image, 0, 0, width, height);
      return context.getImageData(0, 0, width, height).data;
    };
    const [a, b] = [pixels(ours), pixels(theirs)];
    let [differing, blocks] = [0, 0];
    for (let y = 0; y + 4 <= height; y += 4) {
      for (let x = 0; x + 4 <= width; x += 4) {
        const sums = [0, 0, 0];
        for (let dy = 0; dy < 4; dy += 1) {
          for (let dx = 0; dx < 4; dx += 1) {
            const at = ((y + dy) * width + x + dx) * 4;
            for (let channel = 0; channel < 3; channel += 1) sums[channel] += a[at + channel] - b[at + channel];
          }
        }
        blocks += 1;
        differing += Math.max(...sums.map(Math.abs)) > 40 * 16 ? 1 : 0;
      }
    }
    return differing / blocks;
  }, [svg, png, shot]);
};

let [browser, page] = [null, null];
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  browser ??= await launch(order.chromium);
  page ??= await browser.newPage();
  const shares = [];
  for (const drawing of order.drawings) shares.push(await share(browser, page, drawing));
  process.stdout.write(`${JSON.stringify(shares)}\n`);
}
await browser?.close();
