"""Terms under which the tables may be used and passed on; NOTICE-DATA.md says the same at length."""

FACTS = "single facts and figures from the works named row by row; no text beyond short quotations"
JUDGEMENT = "facts from the works named row by row, and judgements made for this model"
CENSUS_1897 = (
    "CC BY-NC-SA 4.0 with obligatory citation: computed from Kessler & Markevich, Electronic Repository of Russian "
    "Historical Statistics (ristat.org), version I, 2020; the census of 1897 itself is in the public domain"
)
CENSUS_1926 = (
    "terms unsettled (CC BY 4.0 by one account, custom terms by another): check the record before passing on; cite "
    "Sablin et al. 2015, Transcultural Empire GIS, heiDATA doi:10.11588/data/10064"
)
MADDISON = "GDP per head: CC BY 4.0, Maddison Project Database 2020 (Bolt & van Zanden); other rows: " + FACTS
VDEM = "CC BY-SA 4.0: V-Dem version 14 (Coppedge et al. 2024), via xmarquez/democracyData; rows and columns selected"
