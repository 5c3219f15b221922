// Les formulaires : un seul envoi par geste, et le résumé des erreurs annoncé à l'arrivée.
(() => {
  "use strict";
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (!form.matches("form[data-envoi-unique]")) return;
    if (form.dataset.envoye) {
      e.preventDefault();
      return;
    }
    form.dataset.envoye = "oui";
    const bouton = e.submitter;
    if (bouton) bouton.setAttribute("aria-busy", "true");
  });
  // Revenue par le bouton « précédent », la page doit pouvoir servir de nouveau.
  window.addEventListener("pageshow", (e) => {
    if (!e.persisted) return;
    for (const form of document.querySelectorAll("form[data-envoye]")) {
      delete form.dataset.envoye;
      for (const bouton of form.querySelectorAll("[aria-busy]")) bouton.removeAttribute("aria-busy");
    }
  });
  const resume = document.querySelector("[data-resume-erreurs]");
  if (resume) resume.focus();
})();
