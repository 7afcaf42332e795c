
// Drawings large, over the page, each with an address of its own; and drawings that are chosen to be compared.
// The attempt's identifier is the name of its folder.
const attemptOf = (plate) => plate.getAttribute("href").split("/").at(-2);
const plates = () => [...document.querySelectorAll("a.plate[data-large]")].filter((plate) => plate.querySelector("img") && plate.checkVisibility());
if (document.querySelector("ul.wall a.plate[data-large]")) {
  const picture = made("img"), title = made("p", { className: "title" }), said = made("output");
  const button = (text, label, act) => {
    const it = made("button", { type: "button", textContent: text });
    if (label) it.setAttribute("aria-label", label);
    it.addEventListener("click", act);
    return it;
  };
  const page = made("a", { textContent: "Everything about it" });
  const png = made("a", { textContent: "Download PNG" }), svg = made("a", { textContent: "Download SVG" });
  let now = null;
  const address = () => new URL(now.getAttribute("href"), location.href).href;
  const step = (by) => {
    const all = plates(), at = all.indexOf(now);
    if (all.length) show(all[(at + by + all.length) % all.length]);
  };
  const dialog = made("dialog", { className: "lightbox" },
    made("div", { className: "stage" }, button("‹", "Previous drawing", () => step(-1)), picture, button("›", "Next drawing", () => step(1))),
    title,
    made("p", { className: "acts" }, page, png, svg,
      ...copiers(said, () => ({ address: address(), picture: png.href, name: picture.alt })),
      button("Close", "", () => dialog.close()), said));
  dialog.setAttribute("aria-label", "The drawing, large");
  const show = (plate, stepped = false) => {
    now = plate;
    const small = plate.querySelector("img"), href = plate.getAttribute("href");
    const item = plate.closest(".case, .news li, li");
    const moving = plate.querySelector(".moving");
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    picture.src = moving && !still ? moving.getAttribute("src") : small.getAttribute("src").replace(/-small\.png$/, ".png");
    picture.alt = small.alt;
    const name = item?.querySelector("h2, h3")?.textContent, maker = item?.querySelector(".label p")?.textContent;
    title.textContent = [name ?? small.alt, maker].filter(Boolean).join(" · ");
    said.textContent = "";
    page.href = href;
    png.href = small.getAttribute("src").replace(/-small\.png$/, ".png");
    png.download = `${attemptOf(plate)}.png`;
    svg.href = href.replace(/index\.html$/, "drawing.svg.txt");
    // As text: it may have active content, of which its page tells.
    svg.download = `${attemptOf(plate)}.svg.txt`;
    if (!dialog.isConnected) document.body.append(dialog);
    if (!dialog.open) {
      // Back closes it, as it leaves a page: a card that was opened is a step of the history, what is shown after it is none.
      if (stepped) history.pushState({ large: true }, "");
      dialog.showModal();
    }
    keep({ drawing: attemptOf(plate) });
  };
  const plain = (event) => !event.defaultPrevented && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  document.addEventListener("click", (event) => {
    const plate = event.target.closest?.("a.plate[data-large]");
    if (!plate?.querySelector("img") || !plain(event)) return;
    event.preventDefault();
    show(plate, true);
  });
  dialog.addEventListener("close", () => {
    if (history.state?.large && state().has("drawing")) history.back();
    else keep({ drawing: "" });
    now?.focus({ preventScroll: true });
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by) step(by);
  });
  let began = null;
  dialog.addEventListener("touchstart", ({ touches }) => { began = touches.length === 1 ? touches[0] : null; }, { passive: true });
  dialog.addEventListener("touchend", ({ changedTouches }) => {
    const across = began ? changedTouches[0].clientX - began.clientX : 0, down = began ? changedTouches[0].clientY - began.clientY : 0;
    if (Math.abs(across) > 40 && Math.abs(across) > 2 * Math.abs(down)) step(across < 0 ? 1 : -1);
  });
  const read = () => {
    const wanted = state().get("drawing");
    const plate = wanted && [...document.querySelectorAll("a.plate[data-large]")].find((plate) => attemptOf(plate) === wanted && plate.querySelector("img"));
    if (plate) show(plate);
    else if (dialog.open) dialog.close();
  };
  addEventListener("hashchange", read);
  read();
}

// "Compare" on every card of a wall: what is chosen stands in a bar, and leads to the page that compares.
const compared = [...document.querySelectorAll("ul.wall[data-versus-page]")];
if (compared.length) {
  const MOST = 6;
  const pictures = made("ul"), go = made("a", { className: "go" });
  const clear = made("button", { type: "button", textContent: "Clear" });
  const bar = made("div", { className: "picked", hidden: true }, pictures, go, clear);
  bar.setAttribute("role", "region");
  bar.setAttribute("aria-label", "Chosen to compare");
  document.body.append(bar);
  let wall = null, chosen = [];
  const boxes = new Map();
  const draw = () => {
    for (const [id, { box, of }] of boxes) {
      box.checked = chosen.includes(id);
      box.disabled = !box.checked && of === wall && chosen.length >= MOST;
    }
    bar.hidden = !chosen.length;
    pictures.replaceChildren(...chosen.map((id) => {
      const { plate } = boxes.get(id), small = plate.querySelector("img");
      return made("li", {}, small ? made("img", { src: small.currentSrc || small.src, alt: boxes.get(id).name }) : boxes.get(id).name);
    }));
    go.textContent = chosen.length < 2 ? "Choose one more" : `Compare ${chosen.length}`;
    if (chosen.length < 2) go.removeAttribute("href");
    else go.href = `${wall.dataset.versusPage}#compare=${chosen.join(",")}`;
    keep({ compare: chosen.join(",") });
  };
  for (const of of compared) {
    for (const item of of.children) {
      const plate = item.querySelector(".lead-card a.plate"), label = item.querySelector(".label");
      if (!plate || !label) continue;
      const id = attemptOf(plate), name = label.querySelector("h2, h3").textContent.trim();
      const box = made("input", { type: "checkbox", autocomplete: "off" });
      box.setAttribute("aria-label", `Compare ${name}`);
      box.addEventListener("change", () => {
        // Drawings of two prompts have no page in common.
        if (wall !== of) [wall, chosen] = [of, []];
        chosen = chosen.filter((other) => other !== id);
        if (box.checked) chosen.push(id);
        draw();
      });
      boxes.set(id, { box, of, plate, name });
      label.append(made("label", { className: "pick" }, box, " Compare"));
    }
  }
  clear.addEventListener("click", () => { chosen = []; draw(); });
  const asked = (state().get("compare") ?? "").split(",").filter(Boolean);
  const wanted = asked.filter((id) => boxes.has(id));
  // A wall has the first sample of each model; the page that compares has others too.
  if (asked.length && !wanted.length && compared.length === 1) location.replace(`${compared[0].dataset.versusPage}#compare=${asked.join(",")}`);
  if (wanted.length) {
    wall = boxes.get(wanted[0]).of;
    chosen = [...new Set(wanted)].filter((id) => boxes.get(id).of === wall).slice(0, MOST);
    draw();
  }
}
