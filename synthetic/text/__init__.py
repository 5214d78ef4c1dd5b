"""Vietnamese text as it stands in the archive: names, dates, numbers, places, labels and official prose."""
