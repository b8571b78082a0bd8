use super::*;
use crate::{
    beacon::{self, MAX_LINKS, action},
    testing::context,
};

fn contributor(seed: u8) -> Contributor {
    let validator = ConsensusAddress::of_key(&[1; 32]);
    Contributor::new(BeaconKey { validator, seed: Seed::new([seed; 32]) })
}

fn at(ctx: &Context, height: u64) -> Context {
    let mut ctx = ctx.clone();
    ctx.block.height = height;
    ctx
}

/// Votes at `height`, whose extension reaches block `height + 1`; returns it.
fn vote(ctx: &Context, contributor: &Contributor, height: u64) -> Extension {
    let bytes = contributor.extension(&at(ctx, height)).unwrap();
    let validator = contributor.key.validator;
    action::check(&at(ctx, height), &validator, height, &bytes).unwrap();
    action::fold(&at(ctx, height + 1), [(validator, bytes.as_slice())]).unwrap();
    Extension::decode(&bytes).unwrap()
}

#[test]
fn the_first_vote_anchors_and_links_follow_once_the_anchor_counts() {
    let (ctx, own) = (context(), contributor(1));
    let window = beacon::params(&ctx).unwrap().window_blocks;
    let first = vote(&ctx, &own, 10);
    assert!(first.anchor.is_some() && first.link.is_none());
    for height in 11..11 + window {
        assert_eq!(vote(&ctx, &own, height), Extension::default(), "{height}");
    }
    let before = contributor(1).extension(&at(&ctx, 11 + window)).unwrap();
    assert_eq!(own.extension(&at(&ctx, 11 + window)).unwrap(), before, "restarted");
    let linked = vote(&ctx, &own, 11 + window);
    assert!(linked.anchor.is_none() && linked.link.is_some());
}

#[test]
fn a_lost_seed_is_replaced_by_a_new_chain_and_no_wrong_link_is_ever_sent() {
    let (ctx, old, new) = (context(), contributor(1), contributor(2));
    let window = beacon::params(&ctx).unwrap().window_blocks;
    let mut height = 10;
    let mut votes = |contributor: &Contributor, count| {
        let mut sent = Vec::new();
        for _ in 0..count {
            sent.push(vote(&ctx, contributor, height));
            height += 1;
        }
        sent
    };
    votes(&old, 3 * window);
    let sent = votes(&new, window + 2);
    assert!(sent[0].anchor.is_some());
    assert!(sent[..=window as usize].iter().all(|extension| extension.link.is_none()));
    assert!(sent[window as usize + 1].link.is_some());
}

#[test]
fn the_next_chain_is_anchored_before_the_last_link_and_no_index_is_missed() {
    let (ctx, own) = (context(), contributor(1));
    let window = beacon::params(&ctx).unwrap().window_blocks;
    vote(&ctx, &own, 10);
    let first = 11 + window;
    // Seldom there: each link catches up with all before it.
    let renewal = first + MAX_LINKS - RENEW_LINKS;
    for height in (first..renewal - 1).step_by(MAX_AHEAD as usize) {
        assert!(vote(&ctx, &own, height).link.is_some(), "{height}");
    }
    let before = vote(&ctx, &own, renewal - 1);
    assert!(before.link.is_some() && before.anchor.is_none());
    let both = vote(&ctx, &own, renewal);
    assert!(both.link.is_some() && both.anchor.is_some());
    for height in renewal + 1..renewal + 3 * window {
        let sent = vote(&ctx, &own, height);
        assert!(sent.link.is_some() && sent.anchor.is_none(), "{height}");
    }
}

#[test]
fn a_validator_that_was_away_for_too_long_anchors_a_new_chain() {
    let (ctx, own) = (context(), contributor(1));
    let window = beacon::params(&ctx).unwrap().window_blocks;
    vote(&ctx, &own, 10);
    let first = 11 + window;
    let back = first + MAX_AHEAD;
    let sent = vote(&ctx, &own, back);
    assert!(sent.link.is_none() && sent.anchor.is_some());
    let sent = vote(&ctx, &own, back + 1 + window);
    assert!(sent.link.is_some() && sent.anchor.is_none());
}

#[test]
fn a_chain_that_has_ended_is_followed_by_a_new_one() {
    let (ctx, own) = (context(), contributor(1));
    vote(&ctx, &own, 10);
    let sent = vote(&ctx, &own, 10 + 2 * MAX_LINKS);
    assert!(sent.link.is_none() && sent.anchor.is_some());
}
