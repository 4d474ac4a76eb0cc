"""The ledger of counts and the figures drawn from it."""
