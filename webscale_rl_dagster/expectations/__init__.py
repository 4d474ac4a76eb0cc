"""One Great Expectations suite per asset, and the gate they feed."""
