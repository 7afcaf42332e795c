
// The page of one attempt: its address and code to embed it, by a press. Without this they stand on the page of a published site.
{
  const place = document.querySelector("[data-copies]");
  const address = document.querySelector("link[rel=canonical]")?.href ?? location.href.replace(/#.*/, "");
  place?.addEventListener("click", ({ target }) => {
    const said = place.querySelector("output"), what = target.dataset.copy;
    if (what === "link") copied(address, said, "The link is copied.");
    if (what === "code") copied(codeFor(address, new URL("drawing.png", address).href, place.dataset.name), said, "The code is copied.");
  });
  if (place) place.hidden = false;
}
