"""Model calls: the engine protocol, the engines, dispatch and the journal."""
