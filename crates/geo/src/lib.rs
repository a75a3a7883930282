//! Where clients are: databases in MaxMind's format, read again when their files change.
