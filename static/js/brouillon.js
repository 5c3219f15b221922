// Garde tout seul ce qu'on écrit : form[data-brouillon="adresse"] contient l'état [data-brouillon-etat].
(() => {
  "use strict";
  const ATTENTE = 3000;
  for (const form of document.querySelectorAll("form[data-brouillon]")) {
    const etat = form.querySelector("[data-brouillon-etat]");
    let minuterie = 0;
    let aEnvoyer = false;
    const dire = (texte) => { if (etat) etat.textContent = texte; };
    const envoyer = async (depart) => {
      clearTimeout(minuterie);
      if (!aEnvoyer || form.dataset.envoye) return;
      aEnvoyer = false;
      const champs = new URLSearchParams();
      for (const [nom, valeur] of new FormData(form)) if (typeof valeur === "string") champs.append(nom, valeur);
      try {
        const reponse = await fetch(form.dataset.brouillon, { method: "POST", body: champs, redirect: "manual", keepalive: depart === true });
        if (reponse.type === "opaqueredirect") dire("Votre session est finie : reconnectez-vous dans un autre onglet, puis continuez ici.");
        else if (reponse.ok) dire(`Brouillon gardé à ${(await reponse.json()).heure}, pour vous seul.`);
        else if (reponse.status === 429) { aEnvoyer = true; minuterie = setTimeout(envoyer, 20000); }
      } catch {
        // Hors connexion : rien n'est perdu de la page, et la frappe suivante réessaie.
        aEnvoyer = true;
        dire("Hors connexion : ce texte n’est pas encore gardé.");
      }
    };
    form.addEventListener("input", () => {
      aEnvoyer = true;
      clearTimeout(minuterie);
      minuterie = setTimeout(envoyer, ATTENTE);
    });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") envoyer(true); });
  }
})();
