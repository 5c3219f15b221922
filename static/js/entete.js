// L'en-tête : l'onglet de la page reste en vue sur un téléphone ; un volet se ferme d'Échap ou d'un clic ailleurs.
(() => {
  "use strict";
  for (const onglets of document.querySelectorAll(".onglets")) {
    const actif = onglets.querySelector("[aria-current]");
    if (actif && onglets.scrollWidth > onglets.clientWidth) {
      const avant = actif.getBoundingClientRect().left - onglets.getBoundingClientRect().left;
      onglets.scrollLeft += avant - onglets.clientWidth / 3;
    }
  }
  const volets = document.querySelectorAll(".compte-menu, .menu-sujet");
  document.addEventListener("click", (e) => {
    for (const volet of volets) if (volet.open && !volet.contains(e.target)) volet.open = false;
  });
  for (const volet of volets) {
    volet.addEventListener("keydown", (e) => {
      if (e.key === "Escape" && volet.open) {
        volet.open = false;
        volet.querySelector("summary").focus();
      }
    });
  }
})();
