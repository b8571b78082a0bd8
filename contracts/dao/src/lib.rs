//! DAO: weighted members, proposals, votes, execution.
