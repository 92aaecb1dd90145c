"""Pages of schemes, judging, runs, scores and commendations."""
