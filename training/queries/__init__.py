"""Reading training: places, hours, results, the closing pack, records of people."""
