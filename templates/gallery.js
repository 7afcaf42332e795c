"use strict";
// What the pages can do beyond being read. Nothing is fetched; what is chosen stands in the address after "#".

const state = () => new URLSearchParams(location.hash.slice(1));
const keep = (values) => {
  // An address to a place on the page stays as it is while nothing is chosen.
  const params = location.hash.includes("=") ? state() : new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) params.set(name, value); else params.delete(name);
  const hash = params.toString().replaceAll("%2C", ",");
  if (hash || location.hash.includes("=")) history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
};

// Walls: order, filters, size.
const tools = document.querySelector("[data-tools]");
if (tools) {
  const fields = tools.elements;
  const walls = [...document.querySelectorAll("ul.wall")];
  const cases = new Map(walls.map((wall) => [wall, [...wall.children]]));
  const number = (item, name) => Number(item.dataset[name] ?? NaN);
  // What is unknown comes last, whichever way the order goes.
  const by = (name, sign) => (a, b) => {
    const x = number(a, name), y = number(b, name);
    return Number.isNaN(x) - Number.isNaN(y) || sign * (x - y) || 0;
  };
  const called = (item) => item.querySelector("h2, h3").textContent;
  const orders = {
    speed: by("speed", -1), price: by("price", 1), rank: by("rank", 1),
    newest: by("newest", -1), name: (a, b) => called(a).localeCompare(called(b), "en", { numeric: true }),
  };
  const names = ["sort", "lab", "provider", "family", "place", "verdict"];
  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const texts = new Map([...cases.values()].flat().map((item) => {
    const { lab, provider, family } = item.dataset, prompt = item.closest("section.room")?.querySelector("h2")?.textContent ?? "";
    return [item, [called(item), lab, provider, family, prompt].join(" ").toLowerCase()];
  }));
  const lists = [...document.querySelectorAll("[data-found]")];
  const unfolded = lists.map((list) => list.open);
  const value = (name) => fields[name]?.value ?? "";
  const apply = () => {
    const wanted = Object.fromEntries(names.map((name) => [name, value(name)]));
    const sought = words(fields.find.value);
    const fits = (item, { dataset } = item) => sought.every((word) => texts.get(item).includes(word))
      && (!wanted.lab || dataset.lab === wanted.lab)
      && (!wanted.provider || dataset.provider === wanted.provider)
      && (!wanted.family || dataset.family === wanted.family)
      && (!wanted.place || dataset.place === wanted.place)
      && (!wanted.verdict || dataset.verdicts.split("|").includes(wanted.verdict))
      && !(fields.contestants?.checked && "demonstration" in dataset);
    let shown = 0, all = 0;
    for (const [wall, items] of cases) {
      const order = orders[wanted.sort];
      const sorted = order ? items.toSorted(order) : items;
      if (sorted.some((item, index) => wall.children[index] !== item)) wall.append(...sorted);
      let here = 0;
      for (const item of items) here += !(item.hidden = !fits(item));
      wall.closest("section.room")?.toggleAttribute("hidden", here === 0);
      shown += here;
      all += items.length;
    }
    // All models and prompts stand in lists, of which the walls here are a part.
    lists.forEach((list, index) => {
      let found = 0;
      for (const item of list.querySelectorAll("li")) {
        found += !(item.hidden = !sought.every((word) => item.textContent.toLowerCase().includes(word)));
      }
      list.open = sought.length ? found > 0 : unfolded[index];
    });
    const size = value("size");
    document.body.dataset.size = size;
    tools.querySelector("output").textContent = !shown ? "Nothing found" : shown < all ? `${shown} of ${all}` : "";
    keep({ find: fields.find.value.trim(), ...wanted, contestants: fields.contestants?.checked ? "only" : "", size: size === "3" ? "" : size });
  };
  const read = () => {
    const params = state();
    for (const name of names) {
      const field = fields[name];
      if (field) field.value = [...field.options].some((o) => o.value === params.get(name)) ? params.get(name) : "";
    }
    if (fields.contestants) fields.contestants.checked = params.get("contestants") === "only";
    fields.size.value = params.get("size") ?? "3";
    fields.find.value = params.get("find") ?? "";
    // What is chosen is in sight, and where there is room so is what can be.
    const choice = tools.querySelector("[data-choose]");
    choice.open ||= innerWidth > 1000 || names.some((name) => params.has(name));
    apply();
  };
  tools.addEventListener("input", apply);
  tools.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", () => { if (location.hash.includes("=")) read(); });
  read();
  tools.hidden = false;
}

// Rankings: the rows in another order. What is sorted by stands in the address, for all boards of the page.
const boards = [...document.querySelectorAll("[data-board]")].map((board) => ({
  heads: [...board.tHead.rows[0].cells].filter((head) => head.dataset.sort), body: board.tBodies[0], rows: [...board.tBodies[0].rows],
}));
if (boards.length) {
  // As the page comes: what its head says.
  const first = boards[0].heads.find((head) => head.hasAttribute("aria-sort")).dataset.sort;
  // The first click on these puts the smallest first.
  const rising = ["best", "name"];
  const order = (by, reverse) => {
    for (const { heads, body, rows } of boards) {
      const up = rising.includes(by) !== reverse;
      const known = (row) => by in row.dataset;
      const less = (a, b) => by === "name" ? a.dataset.name.localeCompare(b.dataset.name, "en", { numeric: true }) : a.dataset[by] - b.dataset[by];
      const sorted = by === first && !reverse ? rows : rows.toSorted((a, b) => known(b) - known(a) || (known(a) ? (up ? less(a, b) : less(b, a)) : 0));
      body.append(...sorted);
      for (const head of heads) {
        if (head.dataset.sort === by) head.setAttribute("aria-sort", up ? "ascending" : "descending");
        else head.removeAttribute("aria-sort");
      }
    }
    keep({ sort: by === first && !reverse ? "" : (reverse ? "-" : "") + by });
  };
  let now = first;
  const read = () => {
    const wanted = state().get("sort") ?? first, by = wanted.replace("-", "");
    now = boards[0].heads.some((head) => head.dataset.sort === by) ? wanted : first;
    order(now.replace("-", ""), now.startsWith("-"));
  };
  for (const head of boards.flatMap(({ heads }) => heads)) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: head.textContent });
    button.addEventListener("click", () => {
      now = now === head.dataset.sort ? `-${now}` : head.dataset.sort;
      order(head.dataset.sort, now.startsWith("-"));
    });
    head.replaceChildren(button);
  }
  addEventListener("hashchange", read);
  read();
}

// Versus: two to six drawings side by side or over each other.
const versus = document.querySelector("[data-versus]");
if (versus) {
  const MOST = 6;
  const fields = versus.elements;
  const bench = document.querySelector("[data-bench]");
  const rows = new Map([...document.querySelectorAll("tr[data-id]")].map((row) => [row.dataset.id, row]));
  const output = versus.querySelector("output");
  const next = versus.querySelector("[data-next]");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const boxes = new Map();
  let chosen = [], turn = 0, timer = 0;

  // The rows of what is compared stand together, below it.
  const chart = document.querySelector("[data-chosen]");
  const figures = chart.querySelector("tbody");
  figures.before(rows.values().next().value.closest("table").tHead.cloneNode(true));
  const picker = document.querySelector("[data-picker]");
  const prompting = document.querySelector("[data-scripted]"), invitation = prompting.textContent;
  for (const [id, row] of rows) {
    const { small, name, lab } = row.dataset;
    const box = Object.assign(document.createElement("input"), { type: "checkbox", autocomplete: "off" });
    box.setAttribute("aria-label", `Compare ${name}`);
    box.addEventListener("change", () => choose(id, box.checked));
    boxes.set(id, box);
    const plate = Object.assign(document.createElement("span"), { className: "plate" });
    if (small) plate.append(Object.assign(new Image(), { loading: "lazy", src: small, alt: "" }));
    else plate.append(Object.assign(document.createElement("span"), { className: "notice", textContent: row.cells[2].textContent }));
    const label = document.createElement("label"), words = document.createElement("span");
    words.textContent = [name, lab].filter(Boolean).join(" · ");
    label.append(plate, box, " ", words);
    const item = document.createElement("li");
    item.append(label);
    picker.append(item);
  }
  picker.hidden = false;
  document.querySelector("[data-all]").open = false;
  const choose = (id, on) => {
    chosen = chosen.filter((other) => other !== id);
    if (on && rows.has(id) && chosen.length < MOST) chosen.push(id);
    draw();
  };
  const specimen = (id) => {
    const { src, name } = rows.get(id).dataset;
    const item = document.createElement("li");
    const plate = Object.assign(document.createElement("div"), { className: "plate" });
    const verdict = rows.get(id).cells[2].textContent;
    if (src) plate.append(Object.assign(new Image(), { src, alt: `${name}. ${verdict}.` }));
    else plate.append(Object.assign(document.createElement("p"), { className: "notice", textContent: `No picture: ${verdict.toLowerCase()}` }));
    const caption = Object.assign(document.createElement("p"), { className: "caption", textContent: name });
    item.append(plate, caption);
    return item;
  };
  const figuresOf = (id) => {
    const row = rows.get(id).cloneNode(true);
    row.removeAttribute("data-id");
    row.classList.remove("marked");
    return row;
  };
  const orders = { side: "", slider: "From left to right: ", onion: "From bottom to top: " };
  // Between several drawings there are several edges; the slider moves the last.
  const place = () => {
    const view = fields.view.value, at = Number(fields.at.value), items = [...bench.children];
    const names = chosen.map((id) => rows.get(id).dataset.name), onView = turn % items.length;
    items.forEach((item, index) => {
      const plate = item.firstElementChild, edge = `${at * index / Math.max(1, items.length - 1)}%`;
      plate.style.clipPath = view === "slider" && index ? `inset(0 0 0 ${edge})` : "";
      plate.style.opacity = view === "onion" && index ? at / 100 : "";
      item.style.setProperty("--edge", edge);
      item.classList.toggle("off", view === "blink" && index !== onView);
      figures.children[index].classList.toggle("marked", view === "blink" && index === onView);
    });
    const words = view === "blink" ? `${onView + 1} of ${names.length}: ${names[onView]}` : orders[view] + names.join(" · ");
    const told = names.length > 1 ? words : "";
    // A screen reader is told of turns that were asked for, not of each that comes by itself.
    output.setAttribute("aria-live", timer ? "off" : "polite");
    if (output.textContent !== told) output.textContent = told;
  };
  const save = () => keep({
    compare: chosen.join(","), view: fields.view.value === "side" ? "" : fields.view.value,
    at: fields.at.value === "50" ? "" : fields.at.value,
  });
  const step = () => { turn += 1; place(); };
  const run = () => {
    clearInterval(timer);
    const runs = fields.view.value === "blink" && fields.run.checked && !still.matches && chosen.length > 1;
    timer = runs ? setInterval(step, 800) : 0;
    versus.querySelector("[data-run]").hidden = fields.view.value !== "blink" || still.matches;
    place();
  };
  const draw = () => {
    for (const [id, box] of boxes) {
      box.checked = chosen.includes(id);
      box.disabled = !box.checked && chosen.length >= MOST;
      box.closest("li").classList.toggle("marked", box.checked);
      rows.get(id).classList.toggle("marked", box.checked);
    }
    const view = fields.view.value, overlaid = view === "slider" || view === "onion";
    bench.className = `bench ${view}`;
    versus.dataset.view = view;
    // What hangs already stays, so that nothing flickers when only the view changes.
    if (bench.dataset.ids !== chosen.join()) {
      bench.dataset.ids = chosen.join();
      bench.replaceChildren(...chosen.map(specimen));
      const shapes = chosen.map((id) => Number(rows.get(id).dataset.shape)).filter(Boolean);
      bench.style.setProperty("--r", shapes.length ? Math.min(...shapes) : 1);
      figures.replaceChildren(...chosen.map(figuresOf));
    }
    bench.hidden = versus.hidden = chart.hidden = chosen.length < 2;
    prompting.textContent = chosen.length === 1 ? `${rows.get(chosen[0]).dataset.name} is chosen. Choose one to five more.` : invitation;
    versus.querySelector("[data-at]").hidden = !overlaid;
    versus.querySelector("[data-what]").textContent = view === "slider" ? "Divider" : "Strength of the upper drawing";
    next.hidden = view !== "blink";
    turn = 0;
    run();
    save();
  };
  const read = () => {
    const params = state();
    chosen = [...new Set((params.get("compare") ?? "").split(","))].filter((id) => rows.has(id)).slice(0, MOST);
    fields.view.value = ["slider", "onion", "blink"].includes(params.get("view")) ? params.get("view") : "side";
    fields.at.value = params.get("at") ?? "50";
    draw();
  };
  versus.addEventListener("submit", (event) => event.preventDefault());
  fields.view.addEventListener("input", draw);
  fields.run.addEventListener("input", run);
  still.addEventListener("change", run);
  fields.at.addEventListener("input", () => { place(); save(); });
  next.addEventListener("click", step);
  versus.querySelector("[data-clear]").addEventListener("click", () => { chosen = []; draw(); });
  addEventListener("hashchange", read);
  document.querySelector("[data-scripted]").hidden = false;
  read();
}
