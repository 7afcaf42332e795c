"use strict";
// A drawing put elsewhere: buttons that copy its address, and the code that shows it and leads to its page. `of` tells which
// drawing: its page's address, its picture's, its name.
const made = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};
const codeFor = ({ address, picture, name }) => {
  // In a document that nobody sees, so that nothing is fetched.
  const nowhere = document.implementation.createHTMLDocument("");
  const link = nowhere.createElement("a"), image = link.appendChild(nowhere.createElement("img"));
  link.setAttribute("href", address);
  for (const [key, value] of Object.entries({ src: picture, alt: name, width: "512" })) image.setAttribute(key, value);
  return link.outerHTML;
};
const copiers = (said, of) => [
  ["Copy link", ({ address }) => address, "The link is copied."],
  ["Copy code to embed", codeFor, "The code is copied."],
].map(([textContent, make, words]) => {
  const button = made("button", { type: "button", textContent });
  button.addEventListener("click", () => {
    const text = make(of()), shown = () => { said.textContent = text; };
    // What can't be copied is shown, to be copied by hand.
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => { said.textContent = words; }, shown);
    else shown();
  });
  return button;
});
