"""What a release is like: measured, drawn and described."""
