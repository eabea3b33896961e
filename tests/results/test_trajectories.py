"""Monthly outcomes as arrays: the numbers of the table, whatever its row groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.analysis.scores import Row, write_csv
from sim.errors import UserError
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.results import run_store
from sim.results.folder import read_frame
from sim.results.result import Result, open_result, open_trajectories
from sim.runner.run import run
from tests.brief import brief
from tests.scored import score


@pytest.mark.parametrize("rows", brief([1, 40, 65_536], 40, 65_536))
def test_courses_are_the_numbers_of_the_table(rows, loaded, engine, tmp_path, monkeypatch):
    def fail(replicate):
        if replicate == 1:
            raise ZeroDivisionError

    monkeypatch.setattr(run_store, "ROW_GROUP", rows)
    result = run(loaded(replicates=4), out=tmp_path / "r", engine=engine(fail))
    trajectories, frame = result.trajectories(), result.monthly()
    assert trajectories.replicates.tolist() == [0, 2, 3]
    assert [str(month) for month in trajectories.months] == [f"1921-{month:02d}" for month in range(1, 13)]
    undefined = 0
    scopes = {scope: frame[frame["scope"] == scope].pivot(index="replicate", columns="month") for scope in SCOPES}
    for outcome in OUTCOMES.values():
        for scope, tables in scopes.items():
            table = tables[outcome.name]
            np.testing.assert_array_equal(trajectories.of(outcome.name, scope), table.to_numpy())
            undefined += int(table.isna().sum().sum())
    assert undefined == 3, "of each replicate, one number is not defined"
    first = trajectories.of("recovery")
    first[:] = 0.0
    assert trajectories.of("recovery").any(), "what was handed out is the caller's own"


@pytest.mark.parametrize("change", ["reversed", "sorted by month", "without a row"])
def test_rows_in_another_order_are_refused(change, stored, tmp_path):
    path = stored(tmp_path / "r") / "monthly.parquet"
    table = pq.read_table(path)
    rows = np.arange(table.num_rows)
    order = {"reversed": rows[::-1], "sorted by month": np.argsort(table["month"].to_numpy(), kind="stable"),
             "without a row": rows[1:]}  # fmt: skip
    pq.write_table(table.take(pa.array(order[change])), path)
    with pytest.raises(UserError, match="their order was changed"):
        open_trajectories(path)


@pytest.mark.parametrize("rows", [1, 4, 65_536])
def test_a_part_of_a_table_is_that_part_of_the_whole(rows, stored, tmp_path, monkeypatch):
    monkeypatch.setattr(run_store, "ROW_GROUP", rows)
    folder = stored(tmp_path / "r", replicates=3)
    whole = read_frame(folder / "committees.parquet")
    month = whole["month"].iloc[2]
    expected = whole[(whole["level"] == "uezd") & (whole["month"] == month)].reset_index(drop=True)
    part = open_result(folder).committees(level="uezd", month=month.date())
    pd.testing.assert_frame_equal(part, expected)
    named = open_result(folder).committees(["performance"], level="uezd", month=month.date())
    pd.testing.assert_frame_equal(named, expected[["performance"]])
    assert read_frame(folder / "events.parquet", kind="never").empty


def test_scores_are_read_as_they_were_written(loaded, engine, tmp_path):
    result = run(loaded("1921-01", "1924-12"), out=tmp_path / "r", engine=engine())
    rows = [Row(**row) for row in result.targets().to_dict("records")]
    assert {row.in_band for row in rows} >= {False, None} and {row.replicates for row in rows} == {0, 3}
    write_csv(rows, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (result.path / "targets.csv").read_bytes()
    write_csv(score(result.monthly()), tmp_path / "tables.csv")
    assert (tmp_path / "tables.csv").read_bytes() == (result.path / "targets.csv").read_bytes()


def test_the_former_name_still_works():
    assert Result.courses is Result.trajectories
