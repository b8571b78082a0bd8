//! Who answers a path.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::{
    QueryPort, codec,
    comet::Comet,
    limits::{MAX_REQUESTS_IN_FLIGHT, REQUEST_TIMEOUT, concurrent_queries},
    reflection, routes,
    status::Status,
};

/// Protobuf bytes, and the height at which they are true (zero: of no height).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) height: u64,
}

/// Both sources: the application's state and CometBFT's blocks.
#[derive(Clone)]
pub(crate) struct Sources {
    app: Arc<dyn QueryPort>,
    comet: Arc<Comet>,
    /// One permit a request that is being answered, whoever answers it.
    in_flight: Arc<Semaphore>,
    /// One permit a query that computes.
    computing: Arc<Semaphore>,
}

impl Sources {
    pub(crate) fn new(app: Arc<dyn QueryPort>, comet: Comet) -> Self {
        Self {
            app,
            comet: Arc::new(comet),
            in_flight: Arc::new(Semaphore::new(MAX_REQUESTS_IN_FLIGHT)),
            computing: Arc::new(Semaphore::new(concurrent_queries())),
        }
    }

    /// Answers a gRPC path; height zero is the last committed height.
    pub(crate) async fn ask(
        &self,
        path: &str,
        data: Vec<u8>,
        height: u64,
    ) -> Result<Answer, Status> {
        let _permit = self
            .in_flight
            .try_acquire()
            .map_err(|_| Status::exhausted("the node answers too many requests"))?;
        let late = |_| Status {
            code: tonic::Code::DeadlineExceeded,
            message: "the node is too busy".to_owned(),
        };
        let answer = self.find(path, data, height);
        tokio::time::timeout(REQUEST_TIMEOUT, answer).await.map_err(late)?
    }

    async fn find(&self, path: &str, data: Vec<u8>, height: u64) -> Result<Answer, Status> {
        let of_no_height = |bytes| Answer { bytes, height: 0 };
        if let Some(answer) = codec::answer(path, &data).or_else(|| reflection::answer(path, &data))
        {
            return answer.map(of_no_height);
        }
        match self.comet.answer(path, &data).await {
            Some(answer) => answer.map(of_no_height),
            None => self.ask_app(path.to_owned(), data, height).await,
        }
    }

    async fn ask_app(&self, path: String, data: Vec<u8>, height: u64) -> Result<Answer, Status> {
        let closed = |_| Status::unavailable("the node is stopping");
        let permit = Arc::clone(&self.computing).acquire_owned().await.map_err(closed)?;
        let app = Arc::clone(&self.app);
        // Contracts may compute for a while, and the store blocks: never on a thread of the runtime.
        let asked = path.clone();
        let run = tokio::task::spawn_blocking(move || {
            let result = app.query(&path, &data, height);
            drop(permit);
            result
        });
        let outcome = run.await.map_err(|_| Status::internal("the query panicked"))?;
        let (bytes, height) = outcome.map_err(|refusal| match Status::from(&refusal) {
            Status { code: tonic::Code::Unimplemented, .. } => unknown_path(&asked),
            status => status,
        })?;
        Ok(Answer { bytes, height })
    }
}

/// In the words of Go's gRPC server, by which relayers know an older chain.
fn unknown_path(path: &str) -> Status {
    let (service, method) = path.trim_start_matches('/').split_once('/').unwrap_or((path, ""));
    let is_served = routes::all().iter().any(|route| route.service == service);
    let message = if is_served {
        format!("unknown method {method} for service {service}")
    } else {
        format!("unknown service {service}")
    };
    Status { code: tonic::Code::Unimplemented, message }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use super::*;
    use stoa_modules::ModuleError;

    /// Computes for a moment and counts how many do so at once.
    #[derive(Default)]
    struct Slow {
        running: AtomicUsize,
        most: AtomicUsize,
    }

    impl QueryPort for Slow {
        fn query(&self, _: &str, _: &[u8], height: u64) -> Result<(Vec<u8>, u64), ModuleError> {
            let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(running, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(2));
            self.running.fetch_sub(1, Ordering::SeqCst);
            Ok((Vec::new(), height))
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_flood_of_queries_computes_on_few_threads_and_the_rest_is_refused() {
        let app = Arc::new(Slow::default());
        let comet = Comet::new("http://127.0.0.1:1").unwrap();
        let sources = Sources::new(app.clone(), comet);
        let flood = 3 * MAX_REQUESTS_IN_FLIGHT;
        let asked: Vec<_> = (0..flood)
            .map(|_| {
                let sources = sources.clone();
                tokio::spawn(async move { sources.ask("/a.Query/B", Vec::new(), 1).await })
            })
            .collect();
        let mut refused = 0;
        for answer in asked {
            if let Err(status) = answer.await.unwrap() {
                assert_eq!(status.code, tonic::Code::ResourceExhausted);
                refused += 1;
            }
        }
        assert!(refused > 0 && refused < flood, "{refused} of {flood}");
        assert!(app.most.load(Ordering::SeqCst) <= concurrent_queries());
        assert!(sources.ask("/a.Query/B", Vec::new(), 1).await.is_ok());
    }
}
