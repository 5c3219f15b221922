// Propose des communes sous un champ de texte (data-communes-url). Sans ce script, le champ se
// remplit à la main : « Ambert (63600) », un code postal ou un nom seul sont compris.
(() => {
  "use strict";
  let numero = 0;

  function equiper(champ) {
    const liste = document.createElement("ul");
    const hote = document.createElement("div");
    const annonce = document.createElement("div");
    liste.id = `propositions-${++numero}`;
    liste.className = "propositions";
    liste.hidden = true;
    liste.setAttribute("role", "listbox");
    liste.setAttribute("aria-label", "Communes proposées");
    annonce.className = "visually-hidden";
    annonce.setAttribute("role", "status");
    hote.className = "propositions-hote";
    champ.replaceWith(hote);
    hote.append(champ, liste, annonce);
    for (const [nom, valeur] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": liste.id,
    })) champ.setAttribute(nom, valeur);

    let attente = 0;
    let demande = null;
    let rang = -1;

    const fermer = () => {
      liste.hidden = true;
      rang = -1;
      champ.setAttribute("aria-expanded", "false");
      champ.removeAttribute("aria-activedescendant");
    };
    const choisir = (option) => {
      champ.value = option.dataset.valeur;
      fermer();
      champ.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const viser = (nouveau) => {
      const options = [...liste.children];
      rang = (nouveau + options.length) % options.length;
      options.forEach((o, i) => o.setAttribute("aria-selected", String(i === rang)));
      champ.setAttribute("aria-activedescendant", options[rang].id);
      options[rang].scrollIntoView({ block: "nearest" });
    };
    const montrer = (resultats) => {
      liste.replaceChildren(...resultats.map((resultat, i) => {
        const option = document.createElement("li");
        const detail = document.createElement("span");
        option.id = `${liste.id}-${i}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.valeur = resultat.valeur;
        detail.textContent = resultat.detail;
        option.append(resultat.nom, detail);
        return option;
      }));
      annonce.textContent = resultats.length
        ? `${resultats.length} commune${resultats.length > 1 ? "s" : ""} proposée${resultats.length > 1 ? "s" : ""}`
        : "Aucune commune proposée";
      liste.hidden = resultats.length === 0;
      rang = -1;
      champ.removeAttribute("aria-activedescendant");
      champ.setAttribute("aria-expanded", String(!liste.hidden));
    };
    const chercher = async () => {
      if (demande) demande.abort();
      const saisie = champ.value.trim();
      if (saisie.length < 2) return fermer();
      demande = new AbortController();
      const adresse = new URL(champ.dataset.communesUrl, location.href);
      adresse.searchParams.set("q", saisie);
      try {
        const reponse = await fetch(adresse, { signal: demande.signal, headers: { Accept: "application/json" } });
        const type = reponse.headers.get("Content-Type") || "";
        if (!reponse.ok || !type.includes("json")) return fermer();
        const { resultats } = await reponse.json();
        if (document.activeElement === champ) montrer(resultats);
      } catch (erreur) {
        // Réseau absent ou demande dépassée : le champ reste un champ de texte.
        if (erreur.name !== "AbortError") fermer();
      }
    };

    champ.addEventListener("input", () => {
      clearTimeout(attente);
      attente = setTimeout(chercher, 150);
    });
    champ.addEventListener("keydown", (e) => {
      if (liste.hidden) return;
      if (e.key === "ArrowDown") { e.preventDefault(); viser(rang + 1); }
      else if (e.key === "ArrowUp") { e.preventDefault(); viser(rang < 0 ? -1 : rang - 1); }
      else if (e.key === "Enter" && rang >= 0) { e.preventDefault(); choisir(liste.children[rang]); }
      else if (e.key === "Escape") { e.preventDefault(); fermer(); }
    });
    liste.addEventListener("mousedown", (e) => e.preventDefault());
    liste.addEventListener("click", (e) => {
      const option = e.target.closest("[role=option]");
      if (option) choisir(option);
    });
    champ.addEventListener("blur", fermer);
  }

  const equiperTout = (racine) =>
    racine.querySelectorAll("input[data-communes-url]:not([role])").forEach(equiper);
  equiperTout(document);
  document.addEventListener("htmx:afterSwap", (e) => equiperTout(e.target));
})();
