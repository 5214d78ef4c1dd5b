"""The operators' pages: one view module per screen, server-rendered, Vietnamese first."""
