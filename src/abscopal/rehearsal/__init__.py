"""The trial in silico: virtual patients under the very rules of the real ones."""
