"""One module per asset: wiring only."""
