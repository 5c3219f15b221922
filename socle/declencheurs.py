"""Poser des déclencheurs dans une migration, sans reconstruire à chacun tous les modèles.

``pgtrigger.migrations.AddTrigger`` relit l'état entier des modèles à chaque déclencheur : pour la
centaine de l'historique, une migration de plusieurs minutes. Le SQL d'un déclencheur est déjà
écrit dans la migration ; il n'a besoin d'aucun modèle.
"""

from pgtrigger.migrations import AddTrigger


class AjouterDeclencheur(AddTrigger):
    """Comme ``AddTrigger``, à mettre à sa place dans les migrations que Django écrit."""

    def state_forwards(self, app_label, state):
        options = state.models[app_label, self.model_name].options
        options["triggers"] = [*options.get("triggers", []), self.trigger]

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(self.trigger.install_sql, params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(self.trigger.uninstall_sql, params=None)
