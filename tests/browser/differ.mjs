// Tells how far pictures of drawings are from what a real Chromium shows of them.
//
// Reads {"chromium": path, "drawings": [{"svg": base64, "png": base64}]} from its input. Answers with a number for each: the
// share of pixels that differ by more than 40 of 255 in a channel, once both pictures are averaged over 4 by 4 pixels; null
// where Chromium shows no picture.

import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const order = JSON.parse(readFileSync(0, "utf8"));
const browser = await chromium.launch({
  executablePath: order.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND"],
});
const page = await browser.newPage();
const shares = [];
for (const { svg, png } of order.drawings) {
  shares.push(await page.evaluate(async ([svg, png]) => {
    const load = async (address) => {
      const image = Object.assign(new Image(), { src: address });
      await image.decode();
      return image;
    };
    const ours = await load(`data:image/png;base64,${png}`);
    const theirs = await load(`data:image/svg+xml;base64,${svg}`).catch(() => null);
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
  }, [svg, png]));
}
await browser.close();
process.stdout.write(JSON.stringify(shares));
