"""Many runs: replicates of a scenario, stored, summarised and compared with the record."""
