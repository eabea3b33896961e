"""Documents made from the registry: the glossary, and the tables of docs/ODD.md."""
