//! Block life cycle, ante checks and routing of stoad.
