"use strict";
// Loads the page anew when it is no longer what it was: the server tells of each change, and the page's tag says
// whether it was one of this page.
{
  const { tag, changes } = document.currentScript.dataset;
  new EventSource(changes).addEventListener("message", async () => {
    const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (answer?.ok && answer.headers.get("etag") !== tag) location.reload();
  });
}
