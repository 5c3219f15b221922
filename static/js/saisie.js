// La saisie au clavier : « n » mène à la note, Ctrl + Entrée l'enregistre. Rien pour qui est en train d'écrire ailleurs.
(() => {
  "use strict";
  const form = document.querySelector("form.saisie-echange");
  const texte = form && form.querySelector("textarea");
  if (!texte) return;
  // Sur un téléphone la saisie est repliée : y venir la déplie.
  const repli = form.closest("details");
  const deplier = () => {
    if (repli) repli.open = true;
  };
  const selon = () => {
    if (window.location.hash === `#${form.id}`) deplier();
  };
  window.addEventListener("hashchange", selon);
  selon();
  const rappel = form.querySelector("[data-raccourcis]");
  if (rappel && window.matchMedia("(hover: hover)").matches) rappel.hidden = false;
  document.addEventListener("keydown", (geste) => {
    const ailleurs = geste.target.closest("input, textarea, select, [contenteditable]");
    if (geste.key === "n" && !ailleurs && !geste.ctrlKey && !geste.metaKey && !geste.altKey) {
      geste.preventDefault();
      deplier();
      texte.focus();
    }
    if (geste.key === "Enter" && (geste.ctrlKey || geste.metaKey) && form.contains(geste.target)) {
      geste.preventDefault();
      form.requestSubmit();
    }
  });
})();
