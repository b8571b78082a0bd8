//! Runs the real binaries together: local network, demo, system tests.
