//! Several validators, each with an application of its own, whose votes carry extensions.

use std::collections::BTreeMap;

use prost::Message;
use stoa_app::{
    App, Block, BlockResult, InitChain, QueryRequest, TxResult,
    extension::{LastCommit, VotePlace},
    snapshot::Schedule,
};
use stoa_modules::{
    Event,
    slashing::{Misbehaviour, Vote},
    upgrade::Upgrades,
    validators::ConsensusAddress,
};
use stoa_proto::beacon::v1::{ExtendedCommit, ExtendedVote};
use stoa_store::Root;
use tempfile::TempDir;

use crate::{
    CHAIN_ID, Genesis, MockError, Validator,
    chain::{BLOCK_SECONDS, CORES, NANOS_PER_SECOND, commit, open},
    state_sync,
};

/// Most bytes of a proposal's elements.
const MAX_TX_BYTES: u64 = 1024 * 1024;

/// What a validator does with its vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ballot {
    /// Extends it as its application says.
    Honest,
    /// Does not vote.
    Absent,
    /// Extends it with these bytes; verified by the others as any vote is.
    Says(Vec<u8>),
    /// Sends these bytes so late that CometBFT does not ask the applications about them any more.
    Late(Vec<u8>),
}

struct Node {
    validator: Validator,
    folder: TempDir,
    app: Option<App>,
}

impl Node {
    fn app(&self) -> Result<&App, MockError> {
        self.app.as_ref().ok_or(MockError::Closed)
    }
}

/// A network that decides every block in round zero unless its votes are changed.
pub struct Network {
    genesis: InitChain,
    snapshots: Schedule,
    nodes: Vec<Node>,
    blocks: Vec<Block>,
    /// Who votes from a height on.
    sets: BTreeMap<u64, BTreeMap<ConsensusAddress, u64>>,
    /// The votes for the last block, as the next proposer has them. A test that plays a dishonest
    /// proposer changes them.
    pub votes: ExtendedCommit,
    /// Misbehaviour that the next block proves.
    pub misbehaviours: Vec<Misbehaviour>,
    /// Events of the last block itself.
    pub events: Vec<Event>,
}

impl Network {
    /// A network before its first block.
    pub fn new(genesis: &Genesis, validators: &[Validator]) -> Result<Self, MockError> {
        Self::build(genesis, validators, &[], Schedule::NEVER)
    }

    /// A network before its first block whose nodes take `snapshots`.
    pub fn with_snapshots(
        genesis: &Genesis,
        validators: &[Validator],
        snapshots: Schedule,
    ) -> Result<Self, MockError> {
        Self::build(genesis, validators, &[], snapshots)
    }

    /// A network before its first block, with nodes of `candidates` that follow it and vote once they are
    /// in the set. Their numbers continue those of the validators.
    pub fn with_candidates(
        genesis: &Genesis,
        validators: &[Validator],
        candidates: &[Validator],
    ) -> Result<Self, MockError> {
        Self::build(genesis, validators, candidates, Schedule::NEVER)
    }

    fn build(
        genesis: &Genesis,
        validators: &[Validator],
        candidates: &[Validator],
        snapshots: Schedule,
    ) -> Result<Self, MockError> {
        let genesis = genesis.clone().with_validators(validators).init_chain();
        let first = validators.iter().map(|validator| (validator.address(), validator.power()));
        let sets = BTreeMap::from([(1, first.collect())]);
        let mut nodes = Vec::new();
        for validator in validators.iter().chain(candidates) {
            let (validator, folder) = (validator.clone(), tempfile::tempdir()?);
            nodes.push(Node { validator, folder, app: None });
        }
        let (votes, misbehaviours) = (ExtendedCommit::default(), Vec::new());
        let blocks = Vec::new();
        let events = Vec::new();
        let mut network =
            Self { genesis, snapshots, nodes, blocks, sets, votes, misbehaviours, events };
        for node in 0..network.nodes.len() {
            network.restart(node)?;
        }
        Ok(network)
    }

    /// Height of the last block.
    #[must_use]
    pub fn height(&self) -> u64 {
        self.blocks.last().map_or(0, |block| block.height)
    }

    /// Who votes at `height`, with which power.
    #[must_use]
    pub fn set_at(&self, height: u64) -> BTreeMap<ConsensusAddress, u64> {
        let last = self.sets.range(..=height).next_back();
        last.map(|(_, set)| set.clone()).unwrap_or_default()
    }

    /// The application of validator number `node`.
    pub fn app(&self, node: usize) -> Result<&App, MockError> {
        self.nodes.get(node).ok_or(MockError::Closed)?.app()
    }

    /// The commit of the next block if it holds the present votes.
    #[must_use]
    pub fn last_commit(&self) -> LastCommit {
        let address =
            |vote: &ExtendedVote| ConsensusAddress::try_from(vote.validator.as_slice()).ok();
        let signers = self.votes.votes.iter().filter_map(address).collect();
        LastCommit { round: self.votes.round, signers }
    }

    /// A vote of validator number `node` for the last block, whatever its application thinks of it.
    pub fn vote(&self, node: usize, extension: Vec<u8>) -> Option<ExtendedVote> {
        let place = VotePlace { chain_id: CHAIN_ID, height: self.height(), round: 0 };
        Some(self.nodes.get(node)?.validator.vote(place, extension))
    }

    /// What the next proposer builds from the present votes and `txs`.
    pub fn propose(&self, txs: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, MockError> {
        let turn = usize::try_from(self.height()).unwrap_or_default();
        let proposer = turn.checked_rem(self.nodes.len()).unwrap_or_default();
        Ok(self.app(proposer)?.prepare_proposal(txs, MAX_TX_BYTES, self.votes.clone())?)
    }

    /// Whether a block may be decided. Fails if the validators do not agree on that.
    pub fn accepts(&self, txs: &[Vec<u8>]) -> Result<bool, MockError> {
        let commit = self.last_commit();
        let judge = |node: &Node| Ok(node.app()?.process_proposal(txs, &commit)?);
        let verdicts = self.nodes.iter().map(judge).collect::<Result<Vec<bool>, MockError>>()?;
        let is_accepted = verdicts.iter().all(|verdict| *verdict);
        if !is_accepted && verdicts.iter().any(|verdict| *verdict) {
            return Err(MockError::Disagreement { height: self.height() + 1 });
        }
        Ok(is_accepted)
    }

    /// Proposes, decides and commits a block of `txs`, in which validator number `n` votes as `ballot(n)`
    /// says. Fails if the block, or an honest vote, is refused by anyone.
    pub fn round(
        &mut self,
        txs: &[Vec<u8>],
        ballot: impl Fn(usize) -> Ballot,
    ) -> Result<Vec<TxResult>, MockError> {
        let block = self.propose(txs)?;
        self.vote_on(block, ballot)
    }

    /// The same for a block that was proposed.
    pub fn vote_on(
        &mut self,
        block: Vec<Vec<u8>>,
        ballot: impl Fn(usize) -> Ballot,
    ) -> Result<Vec<TxResult>, MockError> {
        let height = self.height() + 1;
        if !self.accepts(&block)? {
            return Err(MockError::Refused { height });
        }
        let place = VotePlace { chain_id: CHAIN_ID, height, round: 0 };
        let (mut votes, voters) = (Vec::new(), self.set_at(height));
        for (number, node) in self.nodes.iter().enumerate() {
            if !voters.contains_key(&node.validator.address()) {
                continue;
            }
            let extension = match ballot(number) {
                Ballot::Absent => continue,
                Ballot::Late(extension) => extension,
                Ballot::Honest => {
                    let extension = node.app()?.extend_vote()?;
                    if !self.verify(number, &extension)? {
                        return Err(MockError::Refused { height });
                    }
                    extension
                }
                Ballot::Says(extension) if self.verify(number, &extension)? => extension,
                // Consensus drops the whole vote.
                Ballot::Says(_) => continue,
            };
            votes.push(node.validator.vote(place, extension));
        }
        let results = self.decide(block)?;
        self.votes = ExtendedCommit { round: 0, votes };
        Ok(results)
    }

    /// What the others think of an extension of validator number `voter` for the block in the making.
    pub fn verify(&self, voter: usize, extension: &[u8]) -> Result<bool, MockError> {
        let address = self.nodes.get(voter).ok_or(MockError::Closed)?.validator.address();
        let mut is_accepted = true;
        for (_, node) in self.nodes.iter().enumerate().filter(|(number, _)| *number != voter) {
            is_accepted &= node.app()?.verify_vote_extension(&address, extension)?;
        }
        Ok(is_accepted)
    }

    /// Decides a block on all nodes, whatever is in it: two thirds of the validators may do that.
    pub fn decide(&mut self, txs: Vec<Vec<u8>>) -> Result<Vec<TxResult>, MockError> {
        let height = self.height() + 1;
        let elapsed = height * BLOCK_SECONDS * NANOS_PER_SECOND;
        let block = Block {
            height,
            time_nanos: self.genesis.time_nanos + elapsed,
            txs,
            votes: self.last_votes(),
            misbehaviours: std::mem::take(&mut self.misbehaviours),
        };
        let mut outcome: Option<BlockResult> = None;
        for node in &self.nodes {
            let result = node.app()?.finalize_block(&block)?;
            commit(node.app()?)?;
            if *outcome.get_or_insert_with(|| result.clone()) != result {
                return Err(MockError::Diverged { height });
            }
        }
        self.blocks.push(block);
        let Some(outcome) = outcome else { return Ok(Vec::new()) };
        self.follow(height, &outcome);
        self.events.clone_from(&outcome.events);
        Ok(outcome.tx_results)
    }

    /// Everybody's part in the commit of the last block.
    fn last_votes(&self) -> Vec<Vote> {
        let signers = self.last_commit().signers;
        let vote = |(validator, power)| {
            let has_voted = signers.contains(&validator);
            Vote { validator, power, has_voted }
        };
        self.set_at(self.height()).into_iter().map(vote).collect()
    }

    /// The changes of a block count two blocks later, as CometBFT has it.
    fn follow(&mut self, height: u64, outcome: &BlockResult) {
        if outcome.validator_updates.is_empty() {
            return;
        }
        let mut set = self.set_at(u64::MAX);
        for update in &outcome.validator_updates {
            match update.power {
                0 => set.remove(&update.address()),
                power => set.insert(update.address(), power),
            };
        }
        self.sets.insert(height + 2, set);
    }

    /// Decides `count` empty blocks on which all vote.
    pub fn advance_blocks(&mut self, count: u64) -> Result<(), MockError> {
        for _ in 0..count {
            self.round(&[], |_| Ballot::Honest)?;
        }
        Ok(())
    }

    /// The process of validator number `node` dies and starts again, with `validator` in its place if its
    /// seed was lost.
    pub fn restart(&mut self, node: usize) -> Result<(), MockError> {
        let Some(node) = self.nodes.get_mut(node) else { return Ok(()) };
        // Two handles to one folder must not meet.
        node.app = None;
        let key = Some(node.validator.beacon_key());
        let app = open(node.folder.path(), key, self.snapshots, Upgrades::default(), CORES)?;
        node.app = Some(replay(app, &self.genesis, &self.blocks)?);
        Ok(())
    }

    /// Validator number `node` starts again with a new seed.
    pub fn lose_seed(&mut self, node: usize) -> Result<(), MockError> {
        if let Some(node) = self.nodes.get_mut(node) {
            node.validator = node.validator.clone().with_new_seed();
        }
        self.restart(node)
    }

    /// The process of validator number `node` dies, its state is lost, and it replays every block, none
    /// of which it is asked to accept.
    pub fn wipe(&mut self, node: usize) -> Result<(), MockError> {
        if let Some(node) = self.nodes.get_mut(node) {
            node.app = None;
            node.folder = tempfile::tempdir()?;
        }
        self.restart(node)
    }

    /// The process of validator number `node` dies, its state is lost, and it takes the last snapshot of
    /// validator number `from`; then it executes the blocks since. Returns the snapshot's height.
    pub fn state_sync(&mut self, node: usize, from: usize) -> Result<u64, MockError> {
        let giver = self.app(from)?;
        let folder = tempfile::tempdir()?;
        let key = self.nodes.get(node).map(|node| node.validator.beacon_key());
        let app = open(folder.path(), key, self.snapshots, Upgrades::default(), CORES)?;
        let height = state_sync::transfer(giver, &app, |height| Ok(giver.app_hash_at(height)?))?;
        let app = replay(app, &self.genesis, &self.blocks)?;
        if let Some(node) = self.nodes.get_mut(node) {
            (node.folder, node.app) = (folder, Some(app));
        }
        Ok(height)
    }

    /// Root after the last commit. Fails if the nodes do not agree on it.
    pub fn app_hash(&self) -> Result<Option<Root>, MockError> {
        let root = self.app(0)?.info()?.app_hash;
        for node in &self.nodes {
            if node.app()?.info()?.app_hash != root {
                return Err(MockError::Diverged { height: self.height() });
            }
        }
        Ok(root)
    }

    /// Asks the first node at the last height.
    pub fn query<A: Message + Default>(
        &self,
        path: &str,
        request: &impl Message,
    ) -> Result<A, MockError> {
        let request = QueryRequest {
            path: path.to_owned(),
            data: request.encode_to_vec(),
            ..QueryRequest::default()
        };
        let answer = self.app(0)?.query(&request);
        if answer.code != 0 {
            return Err(MockError::Query(Box::new(answer)));
        }
        Ok(A::decode(answer.value.as_slice())?)
    }
}

/// Feeds `app` what it lacks, as consensus does after a start.
fn replay(app: App, genesis: &InitChain, blocks: &[Block]) -> Result<App, MockError> {
    let committed = app.info()?.height;
    if committed == 0 {
        app.init_chain(genesis.clone())?;
    }
    for block in blocks.iter().filter(|block| block.height > committed) {
        app.finalize_block(block)?;
        commit(&app)?;
    }
    Ok(app)
}
