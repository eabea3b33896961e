"""The tables of the record, each declared once: a new one is an entry in one of these modules, and its file."""

from __future__ import annotations

from sim.data.catalogue.country import COUNTRY
from sim.data.catalogue.europe import EUROPE
from sim.data.catalogue.party import PARTY
from sim.data.catalogue.places import PLACES
from sim.data.columns import Table

TABLES: tuple[Table, ...] = (*PLACES, *PARTY, *COUNTRY, *EUROPE)
