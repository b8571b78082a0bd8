//! What operators watch: Prometheus metrics, and the counters behind KServe's `ModelStatistics`.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError, atomic::AtomicU64},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use stoa_engine::{BatchStep, CacheUsage};

use crate::access::Class;

/// Upper bounds of batch sizes, in answers.
const BATCH_BUCKETS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];
/// Upper bounds of the tokens of a step.
const STEP_BUCKETS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 256.0];
/// Upper bounds of times, in seconds.
const SECONDS_BUCKETS: [f64; 12] =
    [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0];
/// Size of a page in `/proc/self/statm`, in bytes.
#[cfg(target_os = "linux")]
const PAGE_BYTES: i64 = 4_096;

/// Who waits.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct ClassLabel {
    class: &'static str,
}

/// Whether a question's beginning had keys and values already.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct LookupLabel {
    outcome: &'static str,
}

/// What memory for keys and values holds.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct CacheLabel {
    holds: &'static str,
}

/// Which way in, and how the call ended.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct CallLabel {
    /// `generate`, `infer`, `chat.completions`, …
    pub call: &'static str,
    /// gRPC code or HTTP status.
    pub outcome: String,
}

/// Every metric of the service.
pub struct Metrics {
    registry: Registry,
    /// Tokens of prompts that were read.
    pub prompt_tokens: Counter,
    /// Tokens that were produced.
    pub output_tokens: Counter,
    /// Answers in the batch.
    pub running: Gauge,
    /// Time from arrival to the batch.
    pub queue_seconds: Histogram,
    /// Time from arrival to the first token.
    pub first_token_seconds: Histogram,
    /// Calls by way in and outcome.
    pub calls: Family<CallLabel, Counter>,
    waiting: Family<ClassLabel, Gauge>,
    prefix_lookups: Family<LookupLabel, Counter>,
    prefix_tokens: Counter,
    cache_positions: Family<CacheLabel, Gauge>,
    cache_positions_limit: Gauge,
    cache_bytes: Gauge,
    cache_bytes_limit: Gauge,
    batch_size: Histogram,
    step_tokens: Histogram,
    step_seconds: Histogram,
    busy_microseconds: Counter,
    resident_bytes: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let seconds = || Histogram::new(SECONDS_BUCKETS);
        let metrics = Self {
            prompt_tokens: Counter::default(),
            output_tokens: Counter::default(),
            running: Gauge::default(),
            queue_seconds: seconds(),
            first_token_seconds: seconds(),
            calls: Family::default(),
            waiting: Family::default(),
            prefix_lookups: Family::default(),
            prefix_tokens: Counter::default(),
            cache_positions: Family::default(),
            cache_positions_limit: Gauge::default(),
            cache_bytes: Gauge::default(),
            cache_bytes_limit: Gauge::default(),
            batch_size: Histogram::new(BATCH_BUCKETS),
            step_tokens: Histogram::new(STEP_BUCKETS),
            step_seconds: seconds(),
            busy_microseconds: Counter::default(),
            resident_bytes: Gauge::default(),
            registry: Registry::default(),
        };
        Self { registry: metrics.register(), ..metrics }
    }
}

impl Metrics {
    fn register(&self) -> Registry {
        let mut page = Registry::with_prefix("stoa_runner");
        page.register("prompt_tokens", "Prompt tokens read", self.prompt_tokens.clone());
        page.register("output_tokens", "Tokens produced", self.output_tokens.clone());
        page.register("running_answers", "Answers in the batch", self.running.clone());
        page.register("waiting_answers", "Questions in the queue", self.waiting.clone());
        page.register("batch_size", "Answers in one step", self.batch_size.clone());
        page.register("step_tokens", "Tokens in one step", self.step_tokens.clone());
        page.register("step_seconds", "Time of one step", self.step_seconds.clone());
        let busy = "Time that the engine computed; its rate over a million is the utilisation";
        page.register("engine_busy_microseconds", busy, self.busy_microseconds.clone());
        page.register("queue_seconds", "Arrival to batch", self.queue_seconds.clone());
        let first = self.first_token_seconds.clone();
        page.register("first_token_seconds", "Arrival to first token", first);
        let lookups = self.prefix_lookups.clone();
        page.register("prefix_lookups", "Questions by whether their beginning was known", lookups);
        let saved = "Prompt tokens that were found and not read";
        page.register("prefix_tokens_saved", saved, self.prefix_tokens.clone());
        let positions =
            "Positions of keys and values, of answers that run and of texts that are kept";
        page.register("cache_positions", positions, self.cache_positions.clone());
        let limit = self.cache_positions_limit.clone();
        page.register("cache_positions_limit", "Positions that there is memory for", limit);
        let bytes = "Memory of keys and values, 0 where the back end does not divide it";
        page.register("cache_bytes", bytes, self.cache_bytes.clone());
        let limit = self.cache_bytes_limit.clone();
        page.register("cache_limit_bytes", "Most memory of keys and values", limit);
        page.register("calls", "Calls by way in and outcome", self.calls.clone());
        let resident = "Memory of the process, 0 where the system does not say";
        page.register("resident_memory_bytes", resident, self.resident_bytes.clone());
        page
    }

    /// Questions of a class that wait.
    pub fn waiting(&self, class: Class) -> Gauge {
        self.waiting.get_or_create(&ClassLabel { class: class.name() }).clone()
    }

    /// Counts one call.
    pub fn called(&self, call: &'static str, outcome: impl ToString) {
        self.calls.get_or_create(&CallLabel { call, outcome: outcome.to_string() }).inc();
    }

    /// Counts a question of whose prompt so many tokens were known.
    pub fn reused(&self, tokens: u32) {
        let outcome = if tokens > 0 { "hit" } else { "miss" };
        self.prefix_lookups.get_or_create(&LookupLabel { outcome }).inc();
        self.prefix_tokens.inc_by(tokens.into());
    }

    /// Replaces what one model's memory was by what it is; the gauges are sums over all models.
    pub fn cache_changed(&self, before: CacheUsage, now: CacheUsage) {
        let shift = |gauge: &Gauge, value: fn(&CacheUsage) -> u64| {
            gauge.inc_by(signed(value(&now)) - signed(value(&before)));
        };
        let holding = |holds| self.cache_positions.get_or_create(&CacheLabel { holds }).clone();
        shift(&holding("running"), |usage| usage.running_positions);
        shift(&holding("kept"), |usage| usage.used_positions - usage.running_positions);
        shift(&self.cache_positions_limit, |usage| usage.limit_positions);
        shift(&self.cache_bytes, |usage| usage.used_positions * usage.position_bytes);
        shift(&self.cache_bytes_limit, |usage| usage.limit_positions * usage.position_bytes);
    }

    /// Counts one step of a batch.
    pub fn stepped(&self, step: &BatchStep, took: Duration) {
        self.batch_size.observe(step.answers.into());
        self.step_tokens.observe(step.tokens.into());
        self.prompt_tokens.inc_by(step.prompt_tokens.into());
        self.step_seconds.observe(took.as_secs_f64());
        self.busy_microseconds.inc_by(microseconds(took));
    }

    /// The page that Prometheus reads (OpenMetrics text).
    pub fn page(&self) -> String {
        self.resident_bytes.set(resident_bytes());
        let mut page = String::new();
        if encode(&mut page, &self.registry).is_err() {
            tracing::error!("the metrics could not be written");
        }
        page
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(target_os = "linux")]
fn resident_bytes() -> i64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let resident = pages.split(' ').nth(1).and_then(|pages| pages.parse::<i64>().ok());
    resident.unwrap_or(0) * PAGE_BYTES
}

#[cfg(not(target_os = "linux"))]
fn resident_bytes() -> i64 {
    0
}

/// A number of events and their whole time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// Events.
    pub count: u64,
    /// Their time together, in nanoseconds.
    pub nanoseconds: u64,
}

impl Total {
    fn add(&mut self, took: Duration) {
        self.count += 1;
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds = self.nanoseconds.saturating_add(nanoseconds);
    }
}

/// Totals of one model since it was loaded.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Milliseconds since 1970 of the last answer; 0 before the first.
    pub last_inference_milliseconds: u64,
    /// Steps of the engine.
    pub executions: u64,
    /// Whole calls that ended with an answer.
    pub success: Total,
    /// Whole calls that did not.
    pub fail: Total,
    /// Time in the queue.
    pub queue: Total,
    /// Time in the batch of those that ended with an answer.
    pub compute: Total,
    /// Steps by batch size.
    pub batches: BTreeMap<usize, Total>,
}

/// Totals of one model, and what is in flight.
#[derive(Debug, Default)]
pub struct ModelStatistics {
    /// Tasks that wait or run.
    pub in_flight: AtomicU64,
    totals: Mutex<Totals>,
}

impl ModelStatistics {
    /// The totals now.
    pub fn totals(&self) -> Totals {
        self.with(|totals| totals.clone())
    }

    pub(crate) fn queued(&self, waited: Duration) {
        self.with(|totals| totals.queue.add(waited));
    }

    pub(crate) fn stepped(&self, batch: usize, took: Duration) {
        self.with(|totals| {
            totals.executions += 1;
            totals.batches.entry(batch).or_default().add(took);
        });
    }

    pub(crate) fn succeeded(&self, whole: Duration, computed: Duration) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.with(|totals| {
            totals.success.add(whole);
            totals.compute.add(computed);
            totals.last_inference_milliseconds = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        });
    }

    pub(crate) fn failed(&self, whole: Duration) {
        self.with(|totals| totals.fail.add(whole));
    }

    fn with<T>(&self, change: impl FnOnce(&mut Totals) -> T) -> T {
        change(&mut self.totals.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_every_metric_with_its_unit_and_counts() {
        let metrics = Metrics::default();
        metrics.output_tokens.inc_by(3);
        metrics.waiting(Class::Paid).inc();
        let step = BatchStep { answers: 4, tokens: 9, prompt_tokens: 6 };
        metrics.stepped(&step, Duration::from_millis(2));
        metrics.reused(5);
        let usage = CacheUsage {
            position_bytes: 10,
            limit_positions: 100,
            used_positions: 30,
            running_positions: 20,
        };
        metrics.cache_changed(CacheUsage::default(), usage);
        metrics.cache_changed(usage, CacheUsage { running_positions: 5, ..usage });
        metrics.called("infer", "Ok");
        let page = metrics.page();
        for line in [
            "stoa_runner_output_tokens_total 3",
            "stoa_runner_waiting_answers{class=\"paid\"} 1",
            "stoa_runner_batch_size_sum 4.0",
            "stoa_runner_step_tokens_sum 9.0",
            "stoa_runner_prompt_tokens_total 6",
            "stoa_runner_prefix_lookups_total{outcome=\"hit\"} 1",
            "stoa_runner_prefix_tokens_saved_total 5",
            "stoa_runner_cache_positions{holds=\"running\"} 5",
            "stoa_runner_cache_positions{holds=\"kept\"} 25",
            "stoa_runner_cache_positions_limit 100",
            "stoa_runner_cache_bytes 300",
            "stoa_runner_cache_limit_bytes 1000",
            "stoa_runner_engine_busy_microseconds_total 2000",
            "stoa_runner_calls_total{call=\"infer\",outcome=\"Ok\"} 1",
        ] {
            assert!(page.contains(line), "{line} is missing in\n{page}");
        }
        assert!(page.ends_with("# EOF\n"));
    }
}
