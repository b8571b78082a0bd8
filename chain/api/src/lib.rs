//! gRPC and LCD REST of stoad, from one table of routes.
