//! What can happen next: every message, from anybody, with right and wrong funds.

use proptest::prelude::*;
use stoa_dao_types::Vote;

/// Who sends: the one who may, or anybody.
#[derive(Debug, Clone, Copy)]
pub enum Who {
    Entitled,
    Anybody(usize),
}

/// How the attached funds differ from the right ones.
#[derive(Debug, Clone, Copy)]
pub enum Funds {
    Right,
    None,
    Less,
    More,
    OtherDenom,
    TwoCoins,
}

/// How a receipt differs from an honest one.
#[derive(Debug, Clone, Copy)]
pub enum Forgery {
    Honest,
    OtherKey,
    OtherOutputAfterSigning,
    OtherJobAfterSigning,
    OtherChain,
}

/// What a proposal asks for.
#[derive(Debug, Clone, Copy)]
pub enum Wish {
    Fee(u16),
    Spend(u16),
    Weight(usize, u64),
}

#[derive(Debug, Clone)]
pub enum Step {
    Advance(u64),
    RegisterService { who: usize, model: usize, price: u32, funds: Funds },
    UpdateService { who: Who, service: usize, price: u32 },
    CloseService { who: Who, service: usize, funds: Funds },
    Order { who: usize, service: usize, deadline_blocks: u64, funds: Funds },
    Deliver { who: Who, job: usize, forgery: Forgery },
    Settle { who: usize, job: usize, funds: Funds },
    Refund { who: usize, job: usize, funds: Funds },
    SetProtocolFee { who: usize, fee: u16 },
    Register { who: usize, parents: Vec<usize>, royalty: u16, is_model: bool },
    Pay { who: usize, asset: usize, amount: u32, funds: Funds },
    Collect { who: usize, asset: usize, parent: usize },
    Claim { who: Who, asset: usize, is_collecting: bool, funds: Funds },
    Propose { who: usize, wish: Wish },
    Vote { who: usize, proposal: u64, vote: Vote },
    Execute { who: usize, proposal: u64 },
    UpdateMembers { who: usize, weight: u64 },
}

pub fn who() -> impl Strategy<Value = Who> {
    prop_oneof![4 => Just(Who::Entitled), 1 => any::<usize>().prop_map(Who::Anybody)]
}

pub fn funds() -> impl Strategy<Value = Funds> {
    prop_oneof![
        12 => Just(Funds::Right),
        1 => Just(Funds::None),
        1 => Just(Funds::Less),
        1 => Just(Funds::More),
        1 => Just(Funds::OtherDenom),
        1 => Just(Funds::TwoCoins),
    ]
}

pub fn forgery() -> impl Strategy<Value = Forgery> {
    prop_oneof![
        8 => Just(Forgery::Honest),
        1 => Just(Forgery::OtherKey),
        1 => Just(Forgery::OtherOutputAfterSigning),
        1 => Just(Forgery::OtherJobAfterSigning),
        1 => Just(Forgery::OtherChain),
    ]
}

pub fn wish() -> impl Strategy<Value = Wish> {
    prop_oneof![
        (0u16..2_500).prop_map(Wish::Fee),
        any::<u16>().prop_map(Wish::Spend),
        (any::<usize>(), 0u64..4).prop_map(|(member, weight)| Wish::Weight(member, weight)),
    ]
}

pub fn vote() -> impl Strategy<Value = Vote> {
    prop_oneof![4 => Just(Vote::Yes), 1 => Just(Vote::No), 1 => Just(Vote::Abstain)]
}

pub fn step() -> impl Strategy<Value = Step> {
    let index = any::<usize>;
    let trade = prop_oneof![
        2 => (index(), index(), 0u32..5_000, funds())
            .prop_map(|(who, model, price, funds)| Step::RegisterService { who, model, price, funds }),
        1 => (who(), index(), 0u32..5_000)
            .prop_map(|(who, service, price)| Step::UpdateService { who, service, price }),
        1 => (who(), index(), funds())
            .prop_map(|(who, service, funds)| Step::CloseService { who, service, funds }),
        6 => (index(), index(), 0u64..30, funds()).prop_map(|(who, service, deadline_blocks, funds)| {
            Step::Order { who, service, deadline_blocks, funds }
        }),
        6 => (who(), index(), forgery())
            .prop_map(|(who, job, forgery)| Step::Deliver { who, job, forgery }),
        5 => (index(), index(), funds()).prop_map(|(who, job, funds)| Step::Settle { who, job, funds }),
        2 => (index(), index(), funds()).prop_map(|(who, job, funds)| Step::Refund { who, job, funds }),
        1 => (index(), 0u16..3_000).prop_map(|(who, fee)| Step::SetProtocolFee { who, fee }),
    ];
    let lineage = prop_oneof![
        3 => (index(), prop::collection::vec(index(), 0..4), 0u16..8_000, any::<bool>()).prop_map(
            |(who, parents, royalty, is_model)| Step::Register { who, parents, royalty, is_model }
        ),
        3 => (index(), index(), 0u32..1_000, funds())
            .prop_map(|(who, asset, amount, funds)| Step::Pay { who, asset, amount, funds }),
        3 => (index(), index(), index())
            .prop_map(|(who, asset, parent)| Step::Collect { who, asset, parent }),
        3 => (who(), index(), any::<bool>(), funds()).prop_map(|(who, asset, is_collecting, funds)| {
            Step::Claim { who, asset, is_collecting, funds }
        }),
    ];
    let government = prop_oneof![
        (index(), wish()).prop_map(|(who, wish)| Step::Propose { who, wish }),
        (index(), 0u64..6, vote()).prop_map(|(who, proposal, vote)| Step::Vote {
            who,
            proposal,
            vote
        }),
        (index(), 0u64..6).prop_map(|(who, proposal)| Step::Execute { who, proposal }),
        (index(), 0u64..3).prop_map(|(who, weight)| Step::UpdateMembers { who, weight }),
    ];
    prop_oneof![
        3 => (1u64..12).prop_map(Step::Advance),
        12 => trade,
        6 => lineage,
        3 => government,
    ]
}
