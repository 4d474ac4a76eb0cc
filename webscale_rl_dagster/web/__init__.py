"""The audit page: server-rendered, without script, for one person or a team."""
