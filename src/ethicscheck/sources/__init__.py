"""Where data comes from: each source ends in one lazy frame that `counts.collect` can group."""
