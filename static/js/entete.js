// L'en-tête : l'entrée et l'onglet de la page restent en vue sur un téléphone ; le volet du compte se ferme.
(() => {
  "use strict";
  for (const menu of document.querySelectorAll(".bandeau nav, .onglets")) {
    const actif = menu.querySelector("[aria-current]");
    if (actif && menu.scrollWidth > menu.clientWidth) {
      const avant = actif.getBoundingClientRect().left - menu.getBoundingClientRect().left;
      menu.scrollLeft += avant - menu.clientWidth / 3;
    }
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
