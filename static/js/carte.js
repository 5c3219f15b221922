// Une carte (data-carte) : le nom du lieu visé, les flèches du clavier d'un lieu au voisin, une loupe.
// Sans ce script, la carte se voit, ses infobulles et son tableau se lisent.
(() => {
  "use strict";
  const PAS = 1.6;
  const FLECHES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function equiper(figure) {
    const dessin = figure.querySelector(".carte-dessin");
    const cadre = figure.querySelector(".carte-cadre");
    if (!dessin) return;
    const formes = [...dessin.querySelectorAll("path, circle")].filter((f) => f.querySelector("title"));
    const etiquette = document.createElement("p");
    etiquette.className = "carte-vise";
    etiquette.setAttribute("role", "status");
    cadre.append(etiquette);

    // --- Le lieu visé ---
    let visee = null;
    const viser = (forme) => {
      visee?.classList.remove("vise");
      visee = forme;
      visee?.classList.add("vise");
      etiquette.textContent = forme ? forme.querySelector("title").textContent : "";
    };
    const forme = (cible) => formes.find((f) => f === cible || f === cible.firstElementChild);
    dessin.addEventListener("pointerover", (e) => viser(forme(e.target) || null));
    dessin.addEventListener("pointerleave", () => viser(null));
    dessin.addEventListener("focusin", (e) => e.target !== dessin && viser(forme(e.target) || null));
    dessin.addEventListener("focusout", () => viser(null));

    const centre = (f) => {
      const boite = f.getBBox();
      return [boite.x + boite.width / 2, boite.y + boite.height / 2];
    };
    // Le plus proche dans la direction de la flèche, les lieux de travers comptant double.
    const voisine = ([sensX, sensY]) => {
      if (!visee) return formes[0];
      const [x, y] = centre(visee);
      let choix = visee;
      let mieux = Infinity;
      for (const f of formes) {
        const [fx, fy] = centre(f);
        const avance = (fx - x) * sensX + (fy - y) * sensY;
        if (avance <= 0) continue;
        const travers = Math.abs((fx - x) * sensY) + Math.abs((fy - y) * sensX);
        const distance = avance + 2 * travers;
        if (distance < mieux) [choix, mieux] = [f, distance];
      }
      return choix;
    };
    if (!dessin.querySelector("a")) {
      dessin.setAttribute("tabindex", "0");
      dessin.setAttribute("role", "application");
      dessin.setAttribute("aria-roledescription", "carte");
      dessin.setAttribute("aria-label", `${dessin.getAttribute("aria-label")}. Les flèches vont d’un lieu au voisin.`);
    }
    dessin.addEventListener("keydown", (e) => {
      const sens = FLECHES[e.key];
      if (!sens || e.ctrlKey || e.altKey || e.metaKey) return;
      e.preventDefault();
      const suivante = voisine(sens);
      const lien = suivante.closest("a");
      if (lien) lien.focus();
      else viser(suivante);
    });

    // --- La loupe ---
    const entier = dessin.getAttribute("viewBox").split(" ").map(Number);
    let vue = [...entier];
    const montrer = ([x, y, largeur, hauteur]) => {
      const borner = (debut, taille, n) =>
        Math.min(Math.max(debut, entier[n]), entier[n] + entier[n + 2] - taille);
      vue = [borner(x, largeur, 0), borner(y, hauteur, 1), largeur, hauteur];
      dessin.setAttribute("viewBox", vue.map((n) => n.toFixed(1)).join(" "));
      const agrandie = largeur < entier[2] - 0.5;
      dessin.classList.toggle("agrandie", agrandie);
      reduire.disabled = recentrer.disabled = !agrandie;
      agrandir.disabled = entier[2] / largeur > 12;
    };
    const zoomer = (facteur) => {
      const largeur = Math.min(vue[2] / facteur, entier[2]);
      const hauteur = Math.min(vue[3] / facteur, entier[3]);
      const [cx, cy] = visee ? centre(visee) : [vue[0] + vue[2] / 2, vue[1] + vue[3] / 2];
      montrer([cx - largeur / 2, cy - hauteur / 2, largeur, hauteur]);
    };
    const boutons = document.createElement("div");
    boutons.className = "carte-loupe";
    const bouton = (signe, nom, geste) => {
      const b = document.createElement("button");
      b.type = "button";
      b.textContent = signe;
      b.setAttribute("aria-label", nom);
      b.title = nom;
      b.addEventListener("click", geste);
      boutons.append(b);
      return b;
    };
    const agrandir = bouton("+", "Agrandir la carte", () => zoomer(PAS));
    const reduire = bouton("−", "Réduire la carte", () => zoomer(1 / PAS));
    const recentrer = bouton("⌂", "Voir toute la carte", () => montrer(entier));
    reduire.disabled = recentrer.disabled = true;
    cadre.append(boutons);

    // Agrandie, la carte se déplace en la tirant.
    let prise = null;
    dessin.addEventListener("pointerdown", (e) => {
      if (dessin.classList.contains("agrandie")) prise = [e.clientX, e.clientY, ...vue];
    });
    window.addEventListener("pointermove", (e) => {
      if (!prise) return;
      const echelle = vue[2] / dessin.clientWidth;
      montrer([prise[2] - (e.clientX - prise[0]) * echelle, prise[3] - (e.clientY - prise[1]) * echelle, vue[2], vue[3]]);
    });
    window.addEventListener("pointerup", () => { prise = null; });
  }

  document.querySelectorAll("[data-carte]").forEach(equiper);
})();
