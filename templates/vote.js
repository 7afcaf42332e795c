"use strict";
// Keys for the buttons: each says which are its own. Without this the page works by pointer and Tab.
{
  const buttons = [...document.querySelectorAll("button[data-keys]")];
  for (const button of buttons) {
    button.setAttribute("aria-keyshortcuts", button.dataset.keys);
    button.querySelector("kbd").hidden = false;
  }
  // An answer to a form that was refused: loading it anew shows the page, and sends nothing again.
  if (!location.pathname.endsWith("/")) history.replaceState(null, "", "./");
  // One answer a page, however it is given.
  let sent = false;
  addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => { sent = false; });
  addEventListener("keydown", (event) => {
    const named = event.key.length > 1;
    if (event.ctrlKey || event.altKey || event.metaKey || (event.shiftKey && named) || event.isComposing) return;
    const button = buttons.find((one) => one.dataset.keys.split(" ").includes(event.key));
    if (!button) return;
    event.preventDefault();
    // A key still held from the last pair, or pressed before both drawings are there, is no answer to this one.
    if (event.repeat || sent || ![...document.images].every((image) => image.complete)) return;
    button.form.requestSubmit(button);
  });
}
