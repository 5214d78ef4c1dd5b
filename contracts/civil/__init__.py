"""What civil-status values mean as people write them: dates, sex, numbers, names. Pure, for every part."""
