//! The index of jobs that have not ended.

use stoa_marketplace_types::{JobsResponse, QueryMsg};

use crate::world::{DEADLINE_BLOCKS, WINDOW_BLOCKS, World};

fn open_jobs(world: &World, start_after: Option<u64>, limit: Option<u32>) -> Vec<u64> {
    let provider = world.provider.to_string();
    let page: JobsResponse = world.query(&QueryMsg::OpenJobs { provider, start_after, limit });
    page.jobs.iter().map(|job| job.job_id).collect()
}

#[test]
fn a_job_is_open_until_it_is_settled_or_refunded() {
    let mut world = World::new();
    let service_id = world.service();
    let settled = world.delivered(service_id);
    let refunded = world.order(service_id);
    let open = world.delivered(service_id);
    assert_eq!(open_jobs(&world, None, None), [settled, refunded, open]);
    world.advance_blocks(WINDOW_BLOCKS.max(DEADLINE_BLOCKS) + 1);
    world.settle(settled).unwrap();
    world.refund(refunded).unwrap();
    assert_eq!(open_jobs(&world, None, None), [open]);
    let everything: JobsResponse = world.query(&QueryMsg::Jobs { start_after: None, limit: None });
    assert_eq!(everything.jobs.len(), 3);
}

#[test]
fn pages_are_bounded_and_continue_where_they_ended() {
    let mut world = World::new();
    let service_id = world.service();
    for _ in 0..5 {
        world.order(service_id);
    }
    assert_eq!(open_jobs(&world, None, Some(2)), [1, 2]);
    assert_eq!(open_jobs(&world, Some(2), Some(2)), [3, 4]);
    assert_eq!(open_jobs(&world, Some(4), Some(2)), [5]);
    let provider = world.attacker.to_string();
    let nobody: JobsResponse =
        world.query(&QueryMsg::OpenJobs { provider, start_after: None, limit: None });
    assert!(nobody.jobs.is_empty());
}
