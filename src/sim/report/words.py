"""What the report says of itself, whatever was found: the question, what verdicts mean, limits, headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

TITLE = "Had the party elected its secretaries: what simulated worlds say of an article’s claims"
AUTHORS = "The Skloki authors"
CITED_AS: Mapping[str, str] = {
    "result": "The ledger that it reports", "software": "The software", "article": "The article", "data": "Data",
    "source": "A source of the data",
}  # fmt: skip
"""What is cited, by what it is to `skloki cite`, in the order of the report."""
QUESTION = (
    "In December 1923 Trotsky demanded that the secretaries of the Communist Party’s local committees be elected by their members "
    "and no longer appointed from above. The majority refused. James Harris (2017) holds that it had reasons other than a grab "
    "for power: members could hardly read, capable officials were few, committees were paralysed by quarrels (skloki), so that "
    "elections would have made things worse in the provinces, though they might have worked in Moscow or Petrograd. Would they?",
    "Nobody can run 1923 again. A simulation can run something that resembles it: 85 province committees and the district "
    "committees below them, with officials who are chosen, work, quarrel, are moved and come back. Each simulated past, called a "
    "world here, has its own guess at everything that nobody recorded. It is run twice on the same accidents, as it was and with one thing "
    "changed, and what differs at the end is the effect of that change. Each claim of the article, and some of its rivals’, was turned into such "
    "a comparison, and the rule by which it gets a verdict was written down before the comparisons were made.",
)  # fmt: skip
CAVEAT = (
    "Numbers are shares of simulated worlds under stated assumptions. They are not the probability that something happened or "
    "would have happened, and a verdict is on a claim as it is worded here, within this model. “Not identified” means that what is "
    "recorded does not decide it; “immaterial”, that it makes too little difference to count."
)
QUICK = "A quick look: fewer worlds than the rule asks for. Nothing below is to be quoted."
QUICK_NAME = "quick-"
"""With which names of files begin that are carried by a report on a quick ledger."""
NOT_CITED = "This is a quick look, over fewer worlds than the rules ask for, and so no reference to it is given here: it is not to be cited. A report on the full ledger (skloki claims, then skloki report) says how it is cited."
STATUS = "Draft: a quick look over few draws, not to be cited"
NO_LEDGER = "There is no ledger of claims yet, and so no answer: skloki claims makes it."
VERDICTS: Sequence[tuple[str, str]] = (
    ("supported", "in at least 80 of 100 worlds fitted to the record it goes the way the claim says, by more than the smallest difference that counts, and in at least 50 of 100 under every way to read what the record leaves open; a claim that something is no worse, or lies between two numbers: in so many it is so; a claim of several numbers: every one of them is so"),
    ("contradicted", "the same, the opposite way; a claim that something is no worse, or lies between two numbers: in at least 80 of 100 it is not so, which need not be the opposite; a claim of several numbers: one that is contradicted is enough"),
    ("immaterial", "in at least 80 of 100 the difference is too small to count, whichever way it goes; that the claim matters little is not said"),
    ("conditional", "none of these, but where a stated condition holds it is as claimed in at least 80 of 100 worlds, or fails in as many; the condition is part of the verdict"),
    ("not identified", "none of these: what is recorded does not decide it. That is an answer; beside it stands which figure of an archive would tell most"),
    ("by construction", "it was put into the model by hand, so that only its size can be asked"),
    ("untestable here", "the model has nothing to say on it, for the reason given"),
    ("borderline", "a share from 75 to 85 of 100, near the rule’s edge, which other draws might have put on its other side"),
    ("fragile", "the verdict is another one where figures that are mere estimates (grade C) are left out"),
    ("quick", "over fewer draws than the rule asks: a first look, no verdict to quote"),
)  # fmt: skip
LEDGER_CAPTION = "Of 100 worlds fitted to the record: as claimed; with a difference too small to count; the opposite; or, where a claim has no opposite but is simply so or not so, not as claimed. A dash: the claim is not of that form, or nothing is run for it. Where a claim is of several numbers, all of which must be as claimed, they stand one after the other.{} Shares are rounded each by itself.{}"
RESAMPLED = " Of claims on what is reckoned over all worlds at once ({}) shares are of resamples of the worlds."
RENUMBERED = " Numbers of claims are those of the list that was fixed beforehand: its 5 and 11 are asked as D9 and 31b."
LEDGER_SAID = "Shares of simulated worlds in which claims of the article hold, by population."
BARS = "{}: shares of worlds. The first row decides."
BARS_LIKE = "{}: shares of {} worlds, each case apart. All must be as claimed."
BARS_SEVERAL = "Shares of worlds. All of these numbers must be as claimed; of each the first row decides."
ALT = "Bars of shares, of 100 worlds of each kind. {}. A line stands at 80, from which a share decides."
LEDGER_HEAD = ("", "claim", "verdict", "as claimed", "too small to count", "the opposite", "not as claimed")
FACTS = (("Where it is said", "place"), ("By what it is said to come about", "mechanism"), ("Who says otherwise", "rival"),
         ("What is compared", "contrast"))  # fmt: skip
MEASURED: Sequence[tuple[str, str]] = (
    ("months of recovery", "Months of recovery: how far the local economy has come back, counted in months of its usual growth. A month more means that the other world would need another month to come as far. More is better."),
    ("performance", "Performance: which part of its tasks a province’s administration gets done, its committee and those of its districts. More is better."),
    ("paralysed", "Paralysed: a province’s committee that conflict keeps from working. Fewer is better."),
    ("open sklok", "Open sklok: a quarrel among a committee’s officials that has broken out and is not settled. Fewer is better."),
    ("vacancies claimed", "Vacancies claimed: those of a hundred vacant posts of secretary that the centre claims to fill. Neither more nor fewer is called better."),
    ("preference for discipline", "Preference for discipline: how far members put unity above debate, between none and all. Neither more nor less is called better."),
)  # fmt: skip
"""What is measured, in plain words, by the words that numbers of claims have for it."""
MEASURE = "What is measured"
AFTER = (("Condition", "condition"), ("What it leans on", "reverses"),
         ("Which mechanisms do it", "mechanisms"))
NAMES: Mapping[str, str] = {
    "prior": "all ranges", "harris": "Harris",
    "circular-flow": "circular flow", "programmatic": "programme", "gill": "Gill", "path-dependence": "path dependence",
}  # fmt: skip
"""What populations are called in pictures and tables, where that is not their name."""
PARTS = {3: ("as claimed", "too small to count", "the opposite"), 2: ("as claimed", "not as claimed")}
"""Into which worlds a claim divides them."""
NOT_READY = ("worse by election", "no worse")
FIELDS = {3: ("for", "within", "against"), 2: ("for", "against")}
"""What the ledger calls them."""
OTHERWISE = {True: "the opposite", False: "not as claimed"}
LEDGER_PARTS = ("as claimed", "too small to count", "the opposite", "not as claimed")
POPULATIONS_HEAD = ("which worlds", "what they are", "how many")
GRID_CAPTION = "The mean effect{} where a mechanism is off, and where it alone of these is on"
GRID_HEAD = ("mechanism", "without it", "with it alone")
HANGS_HEAD = ("unknown", "parts", "evidence")
VARIANCE_CAPTION = "Where the differences between worlds come from, of 100 parts; each part is reckoned with an error of some parts, so that they need not add up"
MEAN_HEAD = "mean{} (middle nine in ten)"
READING_CAPTION = "How it comes out by each way to read what the record leaves open, of 100 worlds: {}. The code of each reading stands in brackets."
READING_HEAD = ("what is open", "read as")
OF_DRAWS = "of so many worlds"
MANY_HEAD, WHICH_HEAD = "how many", "which worlds"
PARTS_SHOWN: Sequence[tuple[str, str]] = (("sure", "How sure."), ("overturn", "What would overturn it."))
"""Parts of a folder's page that the report has after its answer, and how they begin."""
LIKE_CAPTION = "{}, in {} worlds, of 100"
LIKE_HEAD = "…"
RANGE_CAPTION = "The lowest and the highest of these, by population"
LOOKFOR_HEAD = ("what is counted", "explains, of 100", "speaks for the claim at", "against it at", "where it may be")
VARIANCE = (("chance", "chance"), ("parameters", "numbers that nobody recorded"), ("readings", "how the record is read"),
            ("together", "several of these together"), ("unseen", "not told apart"))  # fmt: skip
IDLE, NOT_ASKED = "none in any world", "not at work there"
"""Of an effect that is nothing in every world of an account: its mean, and its verdict."""
FOLDERS_FIRST: Sequence[tuple[str, str, str, str]] = (
    ("readiness", "When would the time have been right?",
     "For each province and half-year: the share of worlds fitted to the record in which electing from then on does no worse over three years.",
     "skloki readiness"),
    ("lockin", "Was there a way back?",
     "Claims on the power of appointment from three starts, under drivers that stay as they are, and under slow ramps of threat up and down.",
     "skloki lockin"),
    ("rivals", "Rival accounts and the tests between them",
     "Other historians’ accounts, each made into worlds of its own and fitted to the same recorded figures; tests D1 to D12 say where they part.",
     "python -m sim.describe.rivals (after make inference)"),
)  # fmt: skip
ERRORS_CAPTION = "How often the rules err. This tries the rules, not the model: for each number of a claim 100 claims are made up whose answer is known, with an effect of so many times what counts and with the spread that the real number has between worlds. Wrong is a verdict that says otherwise than what is true; “not identified” is never wrong. Of the real numbers the one that does worst is shown, and between which shares no verdict is given: where worlds differ among themselves by many times what counts, no effect can show in four of five."
COUNTS_CAPTION = "From which size on a difference counts. These sizes were fixed before any result; what is smaller is called too small to count."
COUNTS_HEAD = ("measure", "counts from", "because", "claims")
WHY_COUNTS: Mapping[str, str] = {
    "performance": "over three years it is worth about one month of recovery", "recovery_months": "a month is the step in which the model moves",
    "paralysed": "one of the 85 committees of guberniias",
}  # fmt: skip
WHY_ELSE = "a convention"
GRADES = "A: read in a source that was retrieved. B: a well-known published figure, from memory of the literature. C: an estimate or judgement"
OWN_WORDS: Sequence[tuple[str, str]] = (
    ("World", "A simulated past with its own guess at everything that nobody recorded."),
    ("Fitted to the record, calibrated", "Of such worlds: drawn so that what they give agrees with the recorded figures."),
    ("Drawn over the ranges", "Of such worlds: every guess is drawn from all that can reasonably be thought of it, and the recorded figures are not used."),
    ("Resample", "As many worlds as there are, drawn among them anew, some twice: what is reckoned over all worlds at once is reckoned again on each."),
    ("Worlds held back", "Worlds of which a rule was not made, and on which it is tried."),
    ("Plane", "The simplest rule: each guess adds its part to an effect, in proportion. It says what an effect leans on as far as that is so simple."),
    ("Emulator", "A formula fitted to worlds that were run, by which is reckoned what an effect hangs on."),
    ("Unknown", "A number that nobody recorded, or a reading of the record; its grade says on what the guess at it rests. Documented: it stands in a source. Inferred: derived from what does. Assumed: by a scale argument or common sense. Free: nothing is known, the range is wide."),
    ("Grade of a figure", f"{GRADES}."),
    ("Committee-months", "Committees times months: ten committees over a year are 120."),
    ("Mechanism", "A process of the model that can be switched off, to see what comes about without it."),
    ("Chance", "What differs between two runs of the same world: who falls ill, who quarrels, whom a vote favours."),
)  # fmt: skip
PLANTED: Mapping[str, str] = {
    "planted at 1.5": "an effect of one and a half times what counts, as claimed", "planted at 3": "of three times what counts, as claimed",
    "none": "no effect", "reversed": "of three times what counts, the opposite way",
}  # fmt: skip
ERRORS_HEAD = ("what is true of the made-up claims", "wrong verdicts, of 100, at most", "no verdict, of 100: from", "to", "the most without a verdict with the spread of")
CALIBRATION = (
    "What the record teaches, and what it leaves open",
    "Worlds that agree with the recorded figures are drawn; what they have in common the record teaches, in what they differ it leaves open.",
    "skloki calibrate record",
)  # fmt: skip
FOLDERS_LAST: Sequence[tuple[str, str, str, str]] = (
    ("sensitivity", "What the effect hangs on", "", "make inference"),
    ("discovery", "In which worlds it goes one way, in which the other", "", "make inference"),
    ("lookfor", "What to look for in an archive", "", "make inference"),
)  # fmt: skip
CATALOGUE: Mapping[str, str] = {
    "name": "table", "row": "a row is", "main_grade": "grade", "used_for": "used for", "terms": "terms",
}  # fmt: skip
RECORDED_HEAD = ("", "figure", "when", "recorded (band)", "grade")
DATA = f"{GRADES}, not a historical figure. The grade says where a number was read, not that the source is right. Each row of each table names its own source."
SHOWN_ROWS = 80
SHOWN_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "calibration/record/targets.csv": {"id": "", "description": "figure", "grade": "grade", "recorded": "recorded", "low": "band from", "high": "to", "given_p05": "worlds from", "given_p50": "middle", "given_p95": "to", "reading": "met"},
    "calibration/record/effects.csv": {"option": "with", "baseline": "instead of", "outcome": "outcome", "scope": "where", "given_better": "share better", "given_ahead": "better, counts", "given_behind": "worse, counts", "reading": "reading"},
    "rivals/tests.csv": {"test": "test", "asked": "what is asked", "rival": "account", "predicted": "predicts", "reading": "in its worlds it", "given": "by or at, of 100", "borne_out": "borne out"},
    "rivals/apart.csv": {"one": "account", "other": "and", "told_apart": "figures that tell them apart", "figure": "most of all", "widths": "s.d. apart"},
}  # fmt: skip
"""Of stored tables, the columns that are printed, and their heads; others are carried along only."""
SHOWN_AS: Mapping[str, Mapping[str, str]] = {
    "rivals/tests.csv": {"predicted": "text", "reading": "direction", "given": "in: share"},
}  # fmt: skip
"""How cells of such a column are shown, where that is not as a number or text."""
FOLDED = ("calibration/record/effects.csv",)
TABLES: Mapping[str, str] = {
    "calibration/record/targets.csv": "Recorded figures, and what calibrated worlds give (nine in ten)",
    "calibration/record/parameters.csv": "Every number that nobody recorded, before and after",
    "calibration/record/effects.csv": "What that decides",
    "rivals/tests.csv": "The tests D1 to D12", "rivals/apart.csv": "What would tell accounts apart",
}  # fmt: skip
LIMITS: Sequence[tuple[str, str]] = (
    ("Not prediction, and not a measurement of 1923.", "The model says what would follow from assumptions that are written down; most of its numbers are free or assumed."),
    ("No verdict that hangs on one weak figure.", "A fragile verdict is marked so: say what remains without estimates."),
    ("“Better” means by the named outcome, place and time, in this model.", "It is not a judgement on democracy, and not on persons."),
    ("Whether elections would have spared the country the dictatorship is not asked.", "Claims about centralisation are each asked apart, and no sum is drawn."),
    ("“Not identified” is not “no effect”, and not “both are right”.", "It says that the recorded figures allow either."),
    ("An estimate is not a fact.", "Threat, membership by province and the frequency of skloki are of grade C."),
    ("What is put in is not found.", "The list below names what was; of these only the size is told."),
    ("The article’s claims are its author’s.", "They are given here in other words, and this report is not an argument by him."),
)  # fmt: skip
