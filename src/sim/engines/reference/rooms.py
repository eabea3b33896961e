"""The mechanisms as the reference engine calls them: the same functions, interpreted."""

from __future__ import annotations

import sim.mechanisms.administration
import sim.mechanisms.arithmetic
import sim.mechanisms.attitudes
import sim.mechanisms.congress
import sim.mechanisms.discussion
import sim.mechanisms.economy
import sim.mechanisms.education
import sim.mechanisms.environment
import sim.mechanisms.record
import sim.mechanisms.remedies
import sim.mechanisms.selection
import sim.mechanisms.skloki
import sim.mechanisms.vacancies
from sim.kernel import interpreted_room

administration = interpreted_room(sim.mechanisms.administration)
arithmetic = interpreted_room(sim.mechanisms.arithmetic)
attitudes = interpreted_room(sim.mechanisms.attitudes)
congress = interpreted_room(sim.mechanisms.congress)
discussion = interpreted_room(sim.mechanisms.discussion)
economy = interpreted_room(sim.mechanisms.economy)
education = interpreted_room(sim.mechanisms.education)
environment = interpreted_room(sim.mechanisms.environment)
record = interpreted_room(sim.mechanisms.record)
remedies = interpreted_room(sim.mechanisms.remedies)
selection = interpreted_room(sim.mechanisms.selection)
skloki = interpreted_room(sim.mechanisms.skloki)
vacancies = interpreted_room(sim.mechanisms.vacancies)
