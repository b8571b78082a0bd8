//! The stoa command line.
