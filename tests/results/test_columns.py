"""Tables as files, and files that are in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from sim.results.columns import floats, read_file, table_file

READ = """
import os, pyarrow as pa
from sim.results.columns import floats, read_file, table_file
content = table_file({f"c{number}": floats([1.0, 2.0]) for number in range(30)})
threads = len(os.listdir("/proc/self/task"))
read_file(pa.BufferReader(content), ["c3"])
print(len(os.listdir("/proc/self/task")) - threads)
"""


def test_what_was_written_is_read_or_some_of_its_columns(tmp_path):
    content = table_file({"a": floats([1.0, np.nan]), "b": floats([3.0, 4.0])})
    (tmp_path / "of=1.parquet").write_bytes(content)  # a name, not a partition
    for source in (pa.BufferReader(content), tmp_path / "of=1.parquet"):
        assert read_file(source).to_pydict() == {"a": [1.0, None], "b": [3.0, 4.0]}
    assert read_file(pa.BufferReader(content), ["b"]).column_names == ["b"]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted as Linux shows them")
def test_no_thread_of_arrow_is_left_that_could_end_the_process():
    done = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"
