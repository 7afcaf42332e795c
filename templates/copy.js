"use strict";
// What is copied to be put elsewhere: an address, and code that shows a drawing and leads to its page.
const copied = (text, said, words) => navigator.clipboard?.writeText(text).then(() => { said.textContent = words; }, () => { said.textContent = text; })
  ?? (said.textContent = text);
const codeFor = (address, picture, alt) => {
  const link = Object.assign(document.createElement("a"), { href: address });
  const image = Object.assign(document.createElement("img"), { src: picture, alt });
  image.setAttribute("width", "512");
  link.append(image);
  return link.outerHTML;
};
