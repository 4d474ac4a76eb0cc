"""What runs did, told to an OpenLineage receiver."""
