// L'en-tête : l'entrée de la page reste en vue sur un téléphone ; le volet du compte se ferme.
(() => {
  "use strict";
  const actif = document.querySelector(".bandeau nav [aria-current]");
  const nav = actif && actif.closest("nav");
  if (nav && nav.scrollWidth > nav.clientWidth) {
    nav.scrollLeft = actif.offsetLeft - nav.clientWidth / 3;
  }
  const volet = document.querySelector(".compte-menu");
  if (!volet) return;
  document.addEventListener("click", (e) => {
    if (volet.open && !volet.contains(e.target)) volet.open = false;
  });
  volet.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && volet.open) {
      volet.open = false;
      volet.querySelector("summary").focus();
    }
  });
})();
