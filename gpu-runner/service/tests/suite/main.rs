//! The whole service over loopback, with the fake engine and, where a model is at hand, the real one.

mod jobs;
mod killed;
mod kserve;
mod real_engine;
mod support;
