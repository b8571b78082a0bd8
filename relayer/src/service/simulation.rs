//! The whole service against fakes, killed at random points, with a fake clock.
//!
//! Replay one case: `STOA_SIM_SEED=<seed> cargo test -p stoa-relayer one_seed -- --nocapture`.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use proptest::prelude::*;
use stoa_client::{ContentStore, MemoryContentStore};
use stoa_marketplace_types::JobStatus;
use stoa_primitives::{ContentHash, JobId};
use tokio::{sync::Notify, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{Deps, FakeJournal, Memory, Settings, run};
use crate::{
    clients::{FakeChain, FakeRunner},
    error::Patience,
    plan::Policy,
    testing,
};

/// Blocks after which a simulation that is not over has lost a job.
const MAX_BLOCKS: u64 = 3_000;
/// Kills in one simulation at most; afterwards the relayer is left to finish.
const MAX_KILLS: u64 = 30;

/// Kills the relayer at the n-th boundary of an effect.
pub(crate) struct Chaos {
    points_left: AtomicU64,
    killed: Notify,
}

impl Chaos {
    fn new(points_left: u64) -> Arc<Self> {
        Arc::new(Self { points_left: AtomicU64::new(points_left), killed: Notify::new() })
    }

    /// A boundary: either passes or is the last thing this life does.
    pub(crate) async fn point(&self) {
        if self.points_left.fetch_sub(1, Ordering::SeqCst) <= 1 {
            self.points_left.store(1, Ordering::SeqCst);
            self.killed.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

/// SplitMix64: every choice of a simulation follows from its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

/// What the buyer did with a job's input and deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Ordinary,
    Tight,
    InputMissing,
    InputInvalid,
}

/// Everything that outlives a kill.
struct World {
    chain: FakeChain,
    runner: FakeRunner,
    content: Arc<MemoryContentStore>,
    journal: FakeJournal,
    kinds: BTreeMap<JobId, Kind>,
}

impl World {
    async fn new(dice: &mut Dice) -> Self {
        let chaos = Chaos::new(u64::MAX);
        let disk = Arc::new(Mutex::new(Memory::default()));
        let mut world = Self {
            chain: FakeChain { state: Arc::default(), chaos: chaos.clone() },
            runner: FakeRunner {
                state: Arc::default(),
                journal: disk.clone(),
                chaos: chaos.clone(),
            },
            content: Arc::default(),
            journal: FakeJournal { disk, chaos },
            kinds: BTreeMap::new(),
        };
        for job_id in 1..=1 + dice.below(10) {
            world.order(job_id, dice).await;
        }
        world
    }

    async fn order(&mut self, job_id: JobId, dice: &mut Dice) {
        let kind = match dice.below(10) {
            0 => Kind::InputMissing,
            1 => Kind::InputInvalid,
            2 | 3 => Kind::Tight,
            _ => Kind::Ordinary,
        };
        let deadline = match kind {
            Kind::Ordinary => 1_000,
            Kind::Tight => dice.below(6),
            Kind::InputMissing | Kind::InputInvalid => 40,
        };
        let mut job = testing::job(job_id, 0, deadline);
        let input = match kind {
            Kind::InputInvalid => format!("not a job {job_id}").into_bytes(),
            _ => testing::input(job_id),
        };
        job.input_hash = ContentHash::sha256(&input);
        if kind != Kind::InputMissing {
            self.content.put(input.into()).await.unwrap();
        }
        self.chain.state.lock().unwrap().jobs.insert(job_id, job);
        self.kinds.insert(job_id, kind);
    }

    fn deps(&self, chaos: &Arc<Chaos>) -> Deps {
        Deps {
            chain: Arc::new(FakeChain { chaos: chaos.clone(), ..self.chain.clone() }),
            runner: Arc::new(FakeRunner { chaos: chaos.clone(), ..self.runner.clone() }),
            content: self.content.clone(),
            journal: Arc::new(FakeJournal { chaos: chaos.clone(), ..self.journal.clone() }),
        }
    }

    /// One block, and the accidents of its time.
    fn advance(&self, dice: &mut Dice) {
        let mut chain = self.chain.state.lock().unwrap();
        chain.is_unreachable = dice.percent(10);
        if dice.percent(5) {
            chain.lose_mempool();
        }
        chain.advance();
        let height = chain.height;
        for job in chain.jobs.values_mut() {
            // Somebody refunds what expired.
            if job.status == (JobStatus::Ordered {}) && height > job.deadline_height + 5 {
                job.status = JobStatus::Refunded {};
            }
        }
        if dice.percent(8) {
            self.runner.state.lock().unwrap().crash();
        }
    }

    fn is_over(&self) -> bool {
        let chain = self.chain.state.lock().unwrap();
        let is_ended = |status: &JobStatus| {
            matches!(status, JobStatus::Settled { .. } | JobStatus::Refunded {})
        };
        chain.jobs.values().all(|job| is_ended(&job.status))
            && self.journal.disk.lock().unwrap().entries.is_empty()
    }

    fn check(&self) {
        let chain = self.chain.state.lock().unwrap();
        let runner = self.runner.state.lock().unwrap();
        let count = |map: &BTreeMap<JobId, u32>, id| map.get(id).copied().unwrap_or(0);
        for (job_id, kind) in &self.kinds {
            let executions = count(&runner.executions, job_id);
            let crashes = count(&runner.crashes, job_id);
            let deliveries = count(&chain.deliveries, job_id);
            let settlements = count(&chain.settlements, job_id);
            let status = &chain.jobs[job_id].status;
            let story = format!("job {job_id} {kind:?} {status:?}");
            assert!(executions <= 1 + crashes, "{story}: {executions} > 1 + {crashes}");
            let is_settled = matches!(status, JobStatus::Settled { .. });
            assert_eq!(
                (deliveries, settlements),
                (is_settled.into(), is_settled.into()),
                "{story}"
            );
            match kind {
                Kind::Ordinary => {
                    assert!(is_settled, "{story}");
                    // A tight deadline may pass between simulation and inclusion; these cannot.
                    assert_eq!(count(&chain.wasted, job_id), 0, "{story}: a fee paid for nothing");
                }
                Kind::Tight => {}
                Kind::InputMissing | Kind::InputInvalid => assert_eq!(executions, 0, "{story}"),
            }
        }
    }
}

fn settings(dice: &mut Dice) -> Settings {
    Settings {
        chain_id: testing::CHAIN_ID.to_owned(),
        marketplace: testing::MARKETPLACE.to_owned(),
        policy: Policy { min_blocks_to_deliver: 1 + dice.below(3) },
        patience: Patience { retry: Duration::from_secs(1), max_attempts: 3 },
        max_concurrent_executions: 1 + dice.below(3) as usize,
        poll_interval: Duration::from_millis(500),
        shutdown_grace: Duration::from_secs(1),
    }
}

/// Lives and dies until every job has ended.
async fn live(world: &World, settings: Settings, seed: u64) {
    let mut dice = Dice(seed ^ 0xdead);
    let mut kills = 0;
    loop {
        let points = if kills < MAX_KILLS { 1 + dice.below(12) } else { u64::MAX };
        let chaos = Chaos::new(points);
        let service = run(settings.clone(), world.deps(&chaos), CancellationToken::new());
        tokio::select! {
            ended = service => panic!("the relayer ended by itself: {ended:?}"),
            () = chaos.killed.notified() => kills += 1,
        }
        sleep(Duration::from_millis(dice.below(4_000))).await;
    }
}

async fn simulate(seed: u64) {
    let mut dice = Dice(seed);
    let world = World::new(&mut dice).await;
    let settings = settings(&mut dice);
    let blocks = async {
        for _ in 0..MAX_BLOCKS {
            sleep(Duration::from_millis(200 + dice.below(1_800))).await;
            world.advance(&mut dice);
            if world.is_over() {
                return;
            }
        }
        panic!("jobs are lost: {:?}", world.journal.disk.lock().unwrap());
    };
    tokio::select! {
        () = blocks => {}
        () = live(&world, settings, seed) => {}
    }
    world.check();
}

fn run_seed(seed: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(simulate(seed));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 0, ..Default::default() })]
    #[test]
    fn every_job_is_executed_delivered_and_settled_once_however_often_the_relayer_dies(seed: u64) {
        println!("replay: STOA_SIM_SEED={seed} cargo test -p stoa-relayer one_seed -- --nocapture");
        run_seed(seed);
    }
}

#[test]
fn one_seed_named_by_the_environment_is_replayed() {
    let seed = std::env::var("STOA_SIM_SEED").ok().and_then(|seed| seed.parse().ok());
    run_seed(seed.unwrap_or(1));
}
