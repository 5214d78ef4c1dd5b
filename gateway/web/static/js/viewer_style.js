// OpenSeadragon 6 puts a style element into the page unless one is there, which our policy refuses; an
// element of that name which is no style sheet stands in for it.

export function standIn() {
  if (document.querySelector("style[data-openseadragon-mobile-css]")) return;
  const made = document.createElementNS("urn:tangthu:stand-in", "style");
  made.setAttribute("data-openseadragon-mobile-css", "");
  document.head.append(made);
}
