// La grille des compétences : flèches d'une case à l'autre, toute une ligne, toute une colonne.
// Sans ce script, chaque case se coche une à une, et rien ne manque.
(() => {
  "use strict";
  const formulaire = document.querySelector("[data-grille]");
  if (!formulaire) return;
  const tables = [...formulaire.querySelectorAll("table.grille")];
  const cases = (ligne) => [...ligne.querySelectorAll("input[type=checkbox]")];
  const lignes = tables.flatMap((table) => [...table.tBodies[0].rows]);
  const compte = formulaire.querySelector("[data-compte]");

  const compter = () => {
    const nombre = formulaire.querySelectorAll("input[name=cases]:checked").length;
    compte.textContent = nombre ? `${nombre} case${nombre > 1 ? "s" : ""} cochée${nombre > 1 ? "s" : ""}` : "";
  };
  const basculer = (liste) => {
    const cocher = liste.some((c) => !c.checked);
    liste.forEach((c) => { c.checked = cocher; });
    compter();
  };
  const bouton = (texte, precision, liste) => {
    const b = document.createElement("button");
    const suite = document.createElement("span");
    b.type = "button";
    b.className = "d-un-coup";
    b.textContent = texte;
    suite.className = "visually-hidden";
    suite.textContent = ` : ${precision}`;
    b.append(suite);
    b.addEventListener("click", () => basculer(liste()));
    return b;
  };

  for (const ligne of lignes) {
    const nom = ligne.cells[0].firstChild.textContent.trim();
    ligne.cells[ligne.cells.length - 1].append(bouton("toute la ligne", nom, () => cases(ligne)));
  }
  for (const table of tables) {
    [...table.tHead.rows[0].querySelectorAll("th")].slice(1).forEach((entete, rang) => {
      const precision = `${entete.textContent.trim()}, ${table.getAttribute("aria-label")}`;
      const colonne = () => [...table.tBodies[0].rows].map((ligne) => cases(ligne)[rang]);
      entete.append(bouton("toute la colonne", precision, colonne));
    });
  }
  formulaire.querySelector(".grille-aide").hidden = false;

  const PAS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  formulaire.addEventListener("keydown", (e) => {
    const pas = PAS[e.key];
    if (!pas || e.target.name !== "cases" || e.altKey || e.ctrlKey || e.metaKey) return;
    const rang = lignes.indexOf(e.target.closest("tr"));
    const voisine = lignes[rang + pas[0]];
    const cible = voisine && cases(voisine)[cases(lignes[rang]).indexOf(e.target) + pas[1]];
    e.preventDefault();
    if (cible) cible.focus();
  });
  formulaire.addEventListener("change", compter);
  compter();
})();
