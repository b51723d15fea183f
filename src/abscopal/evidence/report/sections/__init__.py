"""The chapters of the report: each turns one part of the analysis into sentences, tables and figures."""
