"""One whole rehearsed trial, written as the tables that a hospital would send."""
