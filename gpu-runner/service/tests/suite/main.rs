//! The whole service over loopback, with the fake engine and, where a model is at hand, the real one.

#![allow(clippy::unwrap_used)] // also in the helpers, which clippy does not count as tests

mod batching;
mod embeddings;
mod encrypted;
mod gateway;
mod jobs;
mod killed;
mod kserve;
mod real_engine;
mod repository;
mod schedules;
mod support;
