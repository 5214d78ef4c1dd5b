"""Police units, effective-dated: data files, their loading, their names."""
