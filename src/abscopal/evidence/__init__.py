"""From a study file and tables to the report: plan, figures, pages, provenance."""
