// La saisie au clavier : « n » mène à la note, Ctrl + Entrée l'enregistre. Rien pour qui est en train d'écrire ailleurs.
(() => {
  "use strict";
  const form = document.querySelector("form.saisie-echange");
  const texte = form && form.querySelector("textarea");
  if (!texte) return;
  const rappel = form.querySelector("[data-raccourcis]");
  if (rappel && window.matchMedia("(hover: hover)").matches) rappel.hidden = false;
  document.addEventListener("keydown", (geste) => {
    const ailleurs = geste.target.closest("input, textarea, select, [contenteditable]");
    if (geste.key === "n" && !ailleurs && !geste.ctrlKey && !geste.metaKey && !geste.altKey) {
      geste.preventDefault();
      texte.focus();
    }
    if (geste.key === "Enter" && (geste.ctrlKey || geste.metaKey) && form.contains(geste.target)) {
      geste.preventDefault();
      form.requestSubmit();
    }
  });
})();
