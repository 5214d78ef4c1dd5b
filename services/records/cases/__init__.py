"""Review cases: what somebody must look at, because no rule may decide it."""
