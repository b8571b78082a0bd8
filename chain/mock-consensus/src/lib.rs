//! Drives the application in tests with fake time and crashes.
