//! Changing the fee.

use stoa_marketplace::ContractError;
use stoa_marketplace_types::{ConfigResponse, ExecuteMsg, MAX_PROTOCOL_FEE_BASIS_POINTS, QueryMsg};

use crate::world::{World, points};

#[test]
fn the_dao_changes_the_fee_of_later_orders() {
    let mut world = World::new();
    let service_id = world.service();
    world.vote_fee(100);
    let config: ConfigResponse = world.query(&QueryMsg::Config {});
    assert_eq!(config.protocol_fee, points(100));
    let job_id = world.order(service_id);
    assert_eq!(world.job(job_id).protocol_fee, points(100));
}

#[test]
fn even_the_dao_cannot_exceed_the_limit() {
    let mut world = World::new();
    let dao = world.dao.clone();
    let actual = MAX_PROTOCOL_FEE_BASIS_POINTS + 1;
    let msg = ExecuteMsg::SetProtocolFee { protocol_fee: points(actual) };
    assert_eq!(world.run(&dao, &msg, &[]).unwrap_err(), ContractError::FeeTooHigh { actual });
}
