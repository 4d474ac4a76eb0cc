"""Objects and tables on a folder or S3, through one code path."""
