// Choisir des communes sur une carte (data-carte-choix) : un appui coche ou décoche, dans le même
// formulaire, la case de la commune ou celle de son intercommunalité ; la carte suit l'état des cases.
// Sans ce script, les cases suffisent.
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const FLECHES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function element(nom, attributs) {
    const e = document.createElementNS(SVG, nom);
    for (const [cle, valeur] of Object.entries(attributs)) e.setAttribute(cle, valeur);
    return e;
  }

  async function equiper(bloc) {
    const formulaire = bloc.closest("form");
    const codes = bloc.dataset.departements.split(" ").filter(Boolean);
    if (!formulaire || !codes.length) return;
    bloc.hidden = false;
    const etat = bloc.querySelector("[data-etat]");
    let departements;
    try {
      departements = await Promise.all(codes.map(async (code) => {
        const reponse = await fetch(bloc.dataset.adresse.replace("DEPARTEMENT", encodeURIComponent(code)), {
          headers: { Accept: "application/json" },
        });
        if (!reponse.ok) throw new Error(reponse.status);
        return reponse.json();
      }));
    } catch {
      etat.textContent = "La carte n’a pas pu être chargée : choisissez dans la liste.";
      return;
    }
    etat.textContent = "";
    const groupes = new Map();
    for (const d of departements) {
      if (d.communes.length) groupes.set(d.repere, [...(groupes.get(d.repere) || []), d]);
    }
    // Les cases du formulaire, par nom et valeur ; relues à chaque changement, il peut en naître.
    let cases = new Map();
    const case_ = (nom, valeur) => cases.get(`${nom} ${valeur}`);
    const ajouter = (nom, valeur, libelle) => {
      const zone = bloc.querySelector("[data-ajouts]");
      const etiquette = document.createElement("label");
      const boite = document.createElement("input");
      Object.assign(boite, { type: "checkbox", name: nom, value: valeur, className: "form-check-input" });
      etiquette.className = "carte-choix-ajout";
      etiquette.append(boite, ` ${libelle}`);
      zone.append(etiquette);
      zone.hidden = false;
      cases.set(`${nom} ${valeur}`, boite);
      return boite;
    };
    const toutes = [...groupes.values()].flatMap((lot) => dessiner(bloc, etat, lot, case_, ajouter));
    const suivre = () => {
      cases = new Map([...formulaire.elements].filter((c) => c.type === "checkbox").map((c) => [`${c.name} ${c.value}`, c]));
      toutes.forEach((actualiser) => actualiser());
    };
    formulaire.addEventListener("change", suivre);
    formulaire.addEventListener("reset", () => setTimeout(suivre));
    suivre();
  }

  function dessiner(bloc, etat, lot, case_, ajouter) {
    const deja = new Set(bloc.dataset.deja.split(" "));
    const communes = lot.flatMap((d) => d.communes);
    const noms = Object.assign({}, ...lot.map((d) => d.epcis));
    const bornes = [0, 1, 2, 3].map((n) => Math[n < 2 ? "min" : "max"](...communes.map((c) => c[3][n])));
    const marge = 8;
    const cadre = document.createElement("div");
    cadre.className = "carte-cadre";
    const dessin = element("svg", {
      class: "carte-dessin", tabindex: "0", role: "application",
      viewBox: `${bornes[0] - marge} ${bornes[1] - marge} ${bornes[2] - bornes[0] + 2 * marge} ${bornes[3] - bornes[1] + 2 * marge}`,
      "aria-label": "Carte des communes. Les flèches vont d’une commune à sa voisine, Espace la choisit.",
    });
    const dire = document.createElement("p");
    dire.className = "carte-vise";
    dire.setAttribute("role", "status");

    const formes = communes.map(([code, nom, epci, boite, trace]) => {
      const trait = element("path", { d: trace });
      const titre = element("title", {});
      titre.textContent = epci ? `${nom} · ${noms[epci]}` : nom;
      trait.append(titre);
      dessin.append(trait);
      return {
        trait, code, nom, epci, titre: titre.textContent, deja: deja.has(code),
        centre: [(boite[0] + boite[2]) / 2, (boite[1] + boite[3]) / 2],
      };
    });
    const seule = (f) => case_(bloc.dataset.communes, f.code);
    const entiere = (f) => f.epci && case_(bloc.dataset.epcis, f.epci);
    const prise = (f) => Boolean(entiere(f)?.checked || seule(f)?.checked);
    const actualiser = () => {
      for (const f of formes) {
        f.trait.classList.toggle("prise", prise(f) && !f.deja);
        f.trait.classList.toggle("deja", f.deja);
      }
    };

    // L'intercommunalité visée se dessine d'un trait plus fort, d'où qu'on la vise : carte ou liste.
    const montrer = (epci) => {
      for (const f of formes) f.trait.classList.toggle("ensemble", Boolean(epci) && f.epci === epci);
    };
    let visee = null;
    const viser = (f) => {
      visee?.trait.classList.remove("vise");
      visee = f || null;
      visee?.trait.classList.add("vise");
      montrer(visee?.epci);
      const suite = f?.deja ? " (déjà dans le réseau)" : f && prise(f) ? " (choisie)" : "";
      dire.textContent = f ? f.titre + suite : "";
    };
    const basculer = (f) => {
      if (f.deja || entiere(f)?.disabled) {
        etat.textContent = `${f.nom} est déjà dans le réseau.`;
        return;
      }
      const parCommune = !f.epci || bloc.querySelector("input[type=radio][value=commune]").checked;
      // Prise par son intercommunalité, une commune seule ne se retire pas : on le dit.
      if (parCommune && entiere(f)?.checked) {
        etat.textContent = `Toute l’intercommunalité ${noms[f.epci]} est choisie : retirez-la pour choisir ses communes une à une.`;
        return;
      }
      etat.textContent = "";
      const boite = parCommune
        ? seule(f) || ajouter(bloc.dataset.communes, f.code, f.nom)
        : entiere(f) || ajouter(bloc.dataset.epcis, f.epci, noms[f.epci]);
      boite.checked = !boite.checked;
      boite.dispatchEvent(new Event("change", { bubbles: true }));
      viser(f);
    };
    const deLaListe = (e) => {
      const boite = e.target.closest("label, .form-check")?.querySelector("input") || e.target;
      montrer(boite.name === bloc.dataset.epcis ? boite.value : "");
    };
    bloc.closest("form").addEventListener("focusin", (e) => dessin.contains(e.target) || deLaListe(e));
    bloc.closest("form").addEventListener("pointerover", (e) => dessin.contains(e.target) || deLaListe(e));
    const de = (cible) => formes.find((f) => f.trait === cible);
    dessin.addEventListener("pointerover", (e) => viser(de(e.target)));
    dessin.addEventListener("pointerleave", () => viser(null));
    dessin.addEventListener("click", (e) => {
      const f = de(e.target);
      if (f) basculer(f);
    });
    dessin.addEventListener("focus", () => visee || viser(formes[0]));
    dessin.addEventListener("keydown", (e) => {
      const sens = FLECHES[e.key];
      if (e.ctrlKey || e.altKey || e.metaKey || !visee) return;
      if (e.key === " " || e.key === "Enter") {
        e.preventDefault();
        basculer(visee);
      } else if (sens) {
        e.preventDefault();
        viser(voisine(formes, visee, sens));
      }
    });
    actualiser();
    cadre.append(dessin, dire);
    bloc.querySelector("[data-ajouts]").before(cadre);
    return [actualiser];
  }

  // La plus proche dans la direction de la flèche, celles de travers comptant double.
  function voisine(formes, ici, [sensX, sensY]) {
    let choix = ici;
    let mieux = Infinity;
    for (const f of formes) {
      const [dx, dy] = [f.centre[0] - ici.centre[0], f.centre[1] - ici.centre[1]];
      const avance = dx * sensX + dy * sensY;
      if (avance <= 0) continue;
      const distance = avance + 2 * (Math.abs(dx * sensY) + Math.abs(dy * sensX));
      if (distance < mieux) [choix, mieux] = [f, distance];
    }
    return choix;
  }

  document.querySelectorAll("[data-carte-choix]").forEach(equiper);
})();
