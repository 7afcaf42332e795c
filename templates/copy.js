"use strict";
// A drawing put elsewhere: buttons that copy its address, and the code that shows it and leads to its page. `of` tells which
// drawing: its page's address, its picture's, its name.
const made = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};
const codeFor = ({ address, picture, name }) => {
  const image = made("img", { src: picture, alt: name });
  image.setAttribute("width", "512");
  return made("a", { href: address }, image).outerHTML;
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
