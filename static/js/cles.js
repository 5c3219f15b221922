// Une clé d'accès refusée, annulée ou absente se dit dans la page, pas dans la console.
(() => {
  "use strict";
  document.addEventListener("allauth.error", (e) => {
    e.preventDefault();
    const place = document.querySelector("[data-erreur-cle]");
    if (!place) return;
    place.hidden = false;
    place.focus();
  });
})();
