use super::*;
use crate::{testing::context, validators};

fn change(key: u8, power: u64) -> Change {
    Change { key: [key; 32], power, operator: None }
}

fn with_set(powers: &[(u8, u64)]) -> Context {
    let ctx = context();
    let set: Vec<Validator> =
        powers.iter().map(|(key, power)| Validator { key: [*key; 32], power: *power }).collect();
    for voter in &set {
        let (key, power) = (voter.key, voter.power);
        save(&ctx, &Record { key, power, operator: None, is_jailed: false }).unwrap();
    }
    save_set(&ctx, 1, &set).unwrap();
    ctx
}

fn total_at(ctx: &Context, height: u64) -> u64 {
    validators::at(ctx, height).unwrap().iter().map(|voter| voter.power).sum()
}

#[test]
fn a_set_votes_two_blocks_after_it_was_decided_and_its_keys_are_kept() {
    let mut ctx = with_set(&[(1, 10), (2, 10), (3, 10)]);
    ctx.block.height = 7;
    update(&mut ctx, &[change(4, 30), change(1, 0)]).unwrap();
    let changed = end_block(&mut ctx).unwrap();
    assert_eq!(changed.joined, [ConsensusAddress::of_key(&[4; 32])]);
    assert_eq!(changed.updates.len(), 2);
    assert_eq!((total_at(&ctx, 8), total_at(&ctx, 9)), (30, 50));
    // The record of who left goes; the set that it voted in stays until nobody needs it.
    assert!(validators::record(&ctx, &ConsensusAddress::of_key(&[1; 32])).unwrap().is_none());
    for height in 8..=8 + KEPT_BLOCKS {
        ctx.block.height = height;
        assert_eq!(end_block(&mut ctx).unwrap(), Changed::default(), "{height}");
    }
    assert_eq!(total_at(&ctx, 8), 30);
    ctx.block.height = 9 + KEPT_BLOCKS;
    end_block(&mut ctx).unwrap();
    assert_eq!((total_at(&ctx, 8), total_at(&ctx, 9)), (0, 50));
}

#[test]
fn a_jailed_validator_leaves_and_returns_with_the_power_it_is_given() {
    let mut ctx = with_set(&[(1, 10), (2, 10), (3, 10)]);
    let second = ConsensusAddress::of_key(&[2; 32]);
    jail(&ctx, &second).unwrap();
    assert_eq!(end_block(&mut ctx).unwrap().updates, [Validator { key: [2; 32], power: 0 }]);
    // A new power does not end the jail.
    update(&mut ctx, &[change(2, 20)]).unwrap();
    assert_eq!(end_block(&mut ctx).unwrap(), Changed::default());
    release(&ctx, &second).unwrap();
    assert_eq!(end_block(&mut ctx).unwrap().updates, [Validator { key: [2; 32], power: 20 }]);
}

#[test]
fn sets_without_anybody_doubled_keys_and_too_much_are_refused() {
    let attempt = |changes: &[Change]| {
        let mut ctx = with_set(&[(1, 10), (2, 10)]);
        ctx.atomically(|ctx| update(ctx, changes)).unwrap_err().to_string()
    };
    assert!(attempt(&[change(1, 0), change(2, 0)]).contains("nobody"));
    assert!(attempt(&[change(1, 1), change(1, 2)]).contains("twice"));
    assert!(attempt(&[change(1, MAX_TOTAL_POWER)]).contains("together"));
    let many: Vec<Change> = (3..=255).map(|key| change(key, 1)).collect();
    let mut ctx = with_set(&[(1, 10), (2, 10)]);
    update(&mut ctx, &many).unwrap();
    let more = Change { key: [0xaa; 32].map(|byte: u8| byte ^ 1), power: 1, operator: None };
    let mut extra = [0; 32];
    extra[0] = 1;
    let others = [more.key, extra, [0; 32]].map(|mut key| {
        key[31] ^= 0x55;
        Change { key, power: 1, operator: None }
    });
    assert!(update(&mut ctx, &others).unwrap_err().to_string().contains("256"));
}
