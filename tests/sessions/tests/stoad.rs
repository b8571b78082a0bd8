//! Every recorded request to `stoad` alone: statuses and fields. The comparison with wasmd is `cargo xtask sessions`.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use stoa_sessions::{call::Asker, compare, node::Stoad, report::Report, session};

#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_wallets_and_explorers_is_answered_as_they_need_it() {
    let stoad = Stoad::start().await.unwrap();
    let asker = Asker::new(&stoad.node).await.unwrap();
    let mut report = Report::default();
    for session in session::all().unwrap() {
        for call in &session.calls {
            let answer = asker.ask(call).await.unwrap();
            report.add(&session.name, call.name(), compare::check(call, &answer, &stoad.node));
        }
    }
    assert!(report.calls > 200 && report.failures.is_empty(), "{}", report.text());
}
