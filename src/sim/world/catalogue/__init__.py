"""The tables of the record, each declared once."""

from __future__ import annotations

from sim.world.catalogue.country import COUNTRY
from sim.world.catalogue.party import PARTY
from sim.world.catalogue.places import PLACES
from sim.world.columns import Table

TABLES: tuple[Table, ...] = (*PLACES, *PARTY, *COUNTRY)
