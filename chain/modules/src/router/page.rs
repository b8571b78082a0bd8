//! Pages of a list, as `cosmos.base.query.v1beta1` describes them.

use cosmos_sdk_proto::cosmos::base::query::v1beta1::{PageRequest, PageResponse};
use stoa_store::{KeyRange, Order, StoreName};

use super::QueryError;
use crate::core::{Context, ModuleError};

/// Entries of a page that asks for no number (Cosmos SDK `types/query`).
const DEFAULT_PAGE: u64 = 100;
/// Most entries of one page.
pub const MAX_PAGE: u64 = 1_000;
/// Most entries that `offset` may skip and that `count_total` counts: bounds the work of one query.
const MAX_COUNTED: u64 = 10_000;

/// Visits the entries under `prefix` that `request` asks for; keys are given without the prefix.
///
/// `next_key` of the answer continues behind the last entry. `total` is counted only where the Cosmos
/// SDK counts it (asked for, or no limit given, and no key), and stops at 10,000.
pub fn page(
    ctx: &Context,
    store: StoreName,
    prefix: &[u8],
    request: Option<&PageRequest>,
    mut visit: impl FnMut(&[u8], &[u8]) -> Result<(), ModuleError>,
) -> Result<PageResponse, ModuleError> {
    let plan = Plan::from_request(request)?;
    let mut rest = plan.start(prefix);
    let (mut seen, mut next_key) = (0u64, Vec::new());
    let last = plan.offset.saturating_add(plan.limit);
    while let Some((key, value)) = ctx.first(store, &rest, plan.order)? {
        rest = rest.after(&key, plan.order);
        let suffix = key.get(prefix.len()..).unwrap_or_default();
        if seen == last {
            next_key = suffix.to_vec();
            if !plan.counts {
                break;
            }
        } else if seen >= plan.offset && seen < last {
            visit(suffix, &value)?;
        }
        seen = seen.saturating_add(1);
        if seen > last && seen >= MAX_COUNTED {
            break;
        }
    }
    Ok(PageResponse { next_key, total: if plan.counts { seen } else { 0 } })
}

/// Like [`page`], of those entries alone that `pick` makes something of. One query looks at a bounded
/// number of entries: `next_key` then continues where it stopped, with or without anything found.
pub fn filtered_page<T>(
    ctx: &Context,
    store: StoreName,
    prefix: &[u8],
    request: Option<&PageRequest>,
    mut pick: impl FnMut(&[u8], &[u8]) -> Result<Option<T>, ModuleError>,
) -> Result<(Vec<T>, PageResponse), ModuleError> {
    let plan = Plan::from_request(request)?;
    let mut rest = plan.start(prefix);
    let (mut picked, mut hits, mut next_key) = (Vec::new(), 0u64, Vec::new());
    let last = plan.offset.saturating_add(plan.limit);
    for looked_at in 0.. {
        let Some((key, value)) = ctx.first(store, &rest, plan.order)? else { break };
        let suffix = key.get(prefix.len()..).unwrap_or_default();
        if looked_at == MAX_COUNTED {
            if next_key.is_empty() {
                next_key = suffix.to_vec();
            }
            break;
        }
        rest = rest.after(&key, plan.order);
        let Some(item) = pick(suffix, &value)? else { continue };
        if hits == last {
            next_key = suffix.to_vec();
            if !plan.counts {
                break;
            }
        } else if hits >= plan.offset && hits < last {
            picked.push(item);
        }
        hits = hits.saturating_add(1);
    }
    Ok((picked, PageResponse { next_key, total: if plan.counts { hits } else { 0 } }))
}

struct Plan {
    key: Vec<u8>,
    offset: u64,
    limit: u64,
    counts: bool,
    order: Order,
}

impl Plan {
    fn from_request(request: Option<&PageRequest>) -> Result<Self, QueryError> {
        let request = request.cloned().unwrap_or_default();
        if request.offset > 0 && !request.key.is_empty() {
            let reason = "invalid request, either offset or key is expected, got both";
            return Err(QueryError::unknown(reason));
        }
        if request.offset > MAX_COUNTED {
            return Err(QueryError::invalid(format!("offset is above {MAX_COUNTED}, use key")));
        }
        let asks_for_all = request.limit == 0;
        Ok(Self {
            counts: request.key.is_empty() && (request.count_total || asks_for_all),
            limit: if asks_for_all { DEFAULT_PAGE } else { request.limit.min(MAX_PAGE) },
            order: if request.reverse { Order::Descending } else { Order::Ascending },
            offset: request.offset,
            key: request.key,
        })
    }

    fn start(&self, prefix: &[u8]) -> KeyRange {
        let all = KeyRange::prefix(prefix);
        if self.key.is_empty() {
            return all;
        }
        let key = [prefix, self.key.as_slice()].concat();
        match self.order {
            Order::Ascending => KeyRange { start: key, end: all.end },
            Order::Descending => {
                KeyRange { start: all.start, end: Some([key.as_slice(), &[0]].concat()) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::context;
    use proptest::prelude::*;

    const STORE: StoreName = StoreName("test");

    fn filled(count: u8) -> Context {
        let ctx = context();
        for key in 0..count {
            ctx.set(STORE, &[1, key], vec![key]).unwrap();
        }
        ctx.set(STORE, &[0, 9], vec![99]).unwrap();
        ctx.set(STORE, &[2, 9], vec![99]).unwrap();
        ctx
    }

    fn collect(ctx: &Context, request: PageRequest) -> (Vec<u8>, PageResponse) {
        let mut seen = Vec::new();
        let answer = page(ctx, STORE, &[1], Some(&request), |_, value| {
            seen.extend_from_slice(value);
            Ok(())
        });
        (seen, answer.unwrap())
    }

    #[test]
    fn offset_limit_and_total_work_together() {
        let request = PageRequest { offset: 2, limit: 3, count_total: true, ..Default::default() };
        let (seen, answer) = collect(&filled(9), request);
        assert_eq!(seen, [2, 3, 4]);
        assert_eq!((answer.next_key, answer.total), (vec![5], 9));
    }

    #[test]
    fn filtered_pages_count_what_was_picked() {
        let ctx = filled(9);
        let ask = |request: PageRequest| {
            let pick = |_: &[u8], value: &[u8]| Ok(value[0].is_multiple_of(2).then_some(value[0]));
            filtered_page(&ctx, STORE, &[1], Some(&request), pick).unwrap()
        };
        let (picked, answer) =
            ask(PageRequest { offset: 1, limit: 2, count_total: true, ..Default::default() });
        assert_eq!((picked, answer.next_key, answer.total), (vec![2, 4], vec![6], 5));
        let (picked, answer) = ask(PageRequest { key: vec![6], limit: 5, ..Default::default() });
        assert_eq!((picked, answer.next_key), (vec![6, 8], vec![]));
    }

    #[test]
    fn key_with_offset_is_refused() {
        let request = PageRequest { offset: 1, key: vec![1], ..Default::default() };
        let refused = page(&context(), STORE, &[1], Some(&request), |_, _| Ok(()));
        assert_eq!(refused.unwrap_err().code(), 18);
    }

    proptest! {
        #[test]
        fn walking_by_next_key_visits_everything_once(count in 0u8..40, limit in 1u64..12, reverse: bool) {
            let ctx = filled(count);
            let (mut all, mut key) = (Vec::new(), Vec::new());
            loop {
                let (seen, answer) = collect(&ctx, PageRequest { key, limit, reverse, ..Default::default() });
                all.extend(seen);
                key = answer.next_key;
                if key.is_empty() { break; }
            }
            let mut expected: Vec<u8> = (0..count).collect();
            if reverse { expected.reverse(); }
            prop_assert_eq!(all, expected);
        }
    }
}
