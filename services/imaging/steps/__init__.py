"""The steps of imaging: one verb each, pure functions of pixels and rules."""
