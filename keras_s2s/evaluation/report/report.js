// Pointing at a token shades what belongs to it on the other side.
"use strict";

function clear(card) {
  for (const token of card.querySelectorAll(".token")) {
    token.style.removeProperty("--weight");
    token.classList.remove("chosen");
  }
}

function show(token) {
  const card = token.closest("[data-weights]");
  if (!card) return;
  clear(card);
  const weights = JSON.parse(card.dataset.weights); // in percent, by target and source
  const place = Number(token.dataset.place);
  const isTarget = token.closest(".line").classList.contains("translation");
  const others = card.querySelectorAll(`.${isTarget ? "source" : "translation"} .token`);
  others.forEach((other, index) => {
    const weight = isTarget ? weights[place][index] : weights[index][place];
    other.style.setProperty("--weight", weight / 100);
  });
  token.classList.add("chosen");
}

for (const kind of ["pointerover", "click"]) {
  document.addEventListener(kind, (event) => {
    const token = event.target.closest(".token");
    if (token) show(token);
  });
}
document.addEventListener("pointerout", (event) => {
  const token = event.target.closest(".token");
  const card = event.pointerType === "mouse" && token && token.closest("[data-weights]");
  if (card) clear(card);
});
