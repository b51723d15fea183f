"""The words of a table of screening facts: its headings, and what answers a mistake, in English and French."""

HEADINGS = {
    "patient": ("patient", "usubjid", "subject", "sujet"),
    "variable": ("variable", "fact", "fait", "donnee"),
    "value": ("value", "valeur", "result", "resultat"),
    "date": ("date", "on", "le"),
    "unit": ("unit", "unite"),
    "source": ("source", "origin", "origine"),
}
HEADING_NAMES = {
    "en": {name: name for name in HEADINGS},
    "fr": {"patient": "patient", "variable": "variable", "value": "valeur", "date": "date"},
}
REQUIRED = ("patient", "variable", "value", "date")
CONSENT = ("consent", "consentement")

# No sentence repeats what was typed in a cell.
MISTAKES = {
    "en": {
        "cells": "the line has {cells} cells and the heading {columns}; put quotes round a number with a comma "
        '("1,5"), or write 1.5.',
        "patient_empty": "patient is empty.",
        "date_empty": "a value without a date; write the day it was measured, as 2024-04-03.",
        "date_unreadable": "the date is not readable; write 2024-04-03.",
        "date_slashes": "the date has slashes or points, and day and month could be confused; write 2024-04-03.",
        "date_year": "the date is too early or too late; correct its year.",
        "variable_unknown": "no criterion of the study looks at this variable; known: {known}.",
        "value_yes_or_no": "{variable} is yes or no.",
        "value_number": "{variable} is a number.",
        "consent_unknown": "no stage of this name asks for a consent; known: {known}.",
        "consent_twice": "this consent is signed on two different days; keep one.",
    },
    "fr": {
        "cells": "la ligne a {cells} cellules et l’en-tête {columns} ; mettez entre guillemets un nombre à virgule "
        '("1,5"), ou écrivez 1.5.',
        "patient_empty": "le patient manque.",
        "date_empty": "une valeur sans date ; écrivez le jour de la mesure, comme 2024-04-03.",
        "date_unreadable": "la date n’est pas lisible ; écrivez 2024-04-03.",
        "date_slashes": "la date a des barres ou des points, où jour et mois peuvent se confondre ; "
        "écrivez 2024-04-03.",
        "date_year": "la date est trop ancienne ou trop lointaine ; corrigez son année.",
        "variable_unknown": "aucun critère de l’étude ne regarde cette variable ; connues : {known}.",
        "value_yes_or_no": "{variable} vaut oui ou non.",
        "value_number": "{variable} est un nombre.",
        "consent_unknown": "aucune étape de ce nom ne demande un consentement ; connues : {known}.",
        "consent_twice": "ce consentement est signé à deux jours différents ; gardez-en un.",
    },
}
COLUMNS_EN = "Columns: patient, variable, value, date; optional unit, source."
COLUMNS_FR = "Colonnes : patient, variable, valeur, date ; facultatives : unité, source."
FAULTS = {
    "en": {
        "no_file": ("there is no such file.", "Check the path."),
        "folder": ("this is a folder.", "Give the CSV file itself."),
        "no_text": ("this is not a CSV text file.", "Save the table as CSV."),
        "empty": ("the file holds no fact.", f"Begin with a line of headings. {COLUMNS_EN}"),
        "lacks": ("the heading lacks {title}.", COLUMNS_EN),
        "unknown": ("the heading '{title}' is not known.", COLUMNS_EN),
        "twice": ("the heading '{title}' means a column that is there already.", "Keep one of them."),
        "identity": (
            "the heading '{title}' looks like a name or a birth date; no such column may be given.",
            "Take the column out, and label each patient with a code.",
        ),
    },
    "fr": {
        "no_file": ("ce fichier n’existe pas.", "Vérifiez le chemin."),
        "folder": ("c’est un dossier.", "Donnez le fichier CSV lui-même."),
        "no_text": ("ce n’est pas un fichier CSV.", "Enregistrez le tableau en CSV."),
        "empty": (
            "le fichier ne contient aucune donnée.",
            f"Commencez par une ligne d’en-tête. {COLUMNS_FR}",
        ),
        "lacks": ("il manque à l’en-tête : {title}.", COLUMNS_FR),
        "unknown": ("la colonne « {title} » n’est pas connue.", COLUMNS_FR),
        "twice": ("la colonne « {title} » en répète une autre.", "Gardez-en une."),
        "identity": (
            "la colonne « {title} » ressemble à un nom ou à une date de naissance ; une telle colonne ne peut être "
            "donnée.",
            "Retirez la colonne, et désignez chaque patient par un code.",
        ),
    },
}
