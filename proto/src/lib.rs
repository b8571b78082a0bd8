//! Protobuf wire types of Stoa's own services and of KServe v2.
