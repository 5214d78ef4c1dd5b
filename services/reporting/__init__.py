"""Reporting: milestones, counters per unit, kind and day, forecasts. Owns no truth; rebuilt from events."""
