"use strict";
for (const box of document.querySelectorAll(".explorer")) {
  const cuts = JSON.parse(box.dataset.cuts);
  const slider = box.querySelector("input");
  const cells = box.querySelectorAll("output");
  const show = () => {
    const cut = cuts[slider.value];
    cut.forEach((text, i) => { cells[i].textContent = text; });
    slider.setAttribute("aria-valuetext", cut[0]);
  };
  slider.addEventListener("input", show);
  show();
  box.hidden = false;
}
