//! A block and the transactions in it.

use cosmos_sdk_proto::{
    cosmos::{base::query::v1beta1::PageResponse, tx::v1beta1::GetBlockWithTxsRequest},
    tendermint::types::{Block, BlockId},
};
use prost::Message;
use stoa_app::extension::is_extended_commit;
use tendermint_rpc::{Client as _, HttpClient};

use super::{blocks, failed, read};
use crate::{limits::MAX_BLOCK_TXS_PAGE, status::Status};

/// `GetBlockWithTxsResponse` with the transactions as the bytes that they travel as.
#[derive(Clone, PartialEq, Message)]
struct Found {
    #[prost(bytes = "vec", repeated, tag = "1")]
    txs: Vec<Vec<u8>>,
    #[prost(message, optional, tag = "2")]
    block_id: Option<BlockId>,
    #[prost(message, optional, tag = "3")]
    block: Option<Block>,
    #[prost(message, optional, tag = "4")]
    pagination: Option<PageResponse>,
}

/// Which transactions of a block are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Page {
    offset: usize,
    limit: usize,
    is_reversed: bool,
}

pub(super) async fn run(rpc: &HttpClient, data: &[u8]) -> Result<Vec<u8>, Status> {
    let request: GetBlockWithTxsRequest = read(data)?;
    let latest = rpc.status().await.map_err(failed)?.sync_info.latest_block_height;
    let height = blocks::height(request.height).ok().filter(|height| *height <= latest);
    let height = height.ok_or_else(|| {
        Status::unknown(format!(
            "codespace sdk code 26: invalid height: requested height {} but height must not be less than 1 \
             or greater than the current height {latest}",
            request.height
        ))
    })?;
    let found = rpc.block(height).await.map_err(failed)?;
    let page = request.pagination.map_or(
        Page { offset: 0, limit: MAX_BLOCK_TXS_PAGE, is_reversed: false },
        |page| Page {
            offset: usize::try_from(page.offset).unwrap_or(usize::MAX),
            limit: usize::try_from(page.limit).unwrap_or(usize::MAX).min(MAX_BLOCK_TXS_PAGE),
            is_reversed: page.reverse,
        },
    );
    let (block_id, mut block) = (found.block_id.into(), Block::from(found.block));
    blocks::begin(&mut block);
    let elements = block.data.take().unwrap_or_default().txs;
    // The votes in front of a block are no transaction.
    let txs: Vec<Vec<u8>> =
        elements.iter().filter(|element| !is_extended_commit(element)).cloned().collect();
    block.data = Some(cosmos_sdk_proto::tendermint::types::Data { txs: elements });
    let chosen = choose(&txs, page)?.into_iter().cloned().collect();
    let pagination = Some(PageResponse {
        next_key: Vec::new(),
        total: u64::try_from(txs.len()).unwrap_or(u64::MAX),
    });
    Ok(Found { txs: chosen, block_id: Some(block_id), block: Some(block), pagination }
        .encode_to_vec())
}

/// The transactions of a page. In reverse the SDK counts down from the offset and leaves the first one of
/// the block out, and so do we: explorers reckon with it.
fn choose(txs: &[Vec<u8>], page: Page) -> Result<Vec<&Vec<u8>>, Status> {
    let Page { offset, limit, is_reversed } = page;
    if offset >= txs.len() && !txs.is_empty() {
        return Err(Status::unknown(format!(
            "codespace sdk code 18: invalid request: out of range: cannot paginate {} txs with offset \
             {offset} and limit {limit}",
            txs.len()
        )));
    }
    Ok(if is_reversed {
        let upwards = txs.iter().take(offset.saturating_add(1)).skip(1);
        upwards.rev().take(limit).collect()
    } else {
        txs.iter().skip(offset).take(limit).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(count: u8, offset: usize, limit: usize, is_reversed: bool) -> Option<Vec<u8>> {
        let txs: Vec<Vec<u8>> = (0..count).map(|number| vec![number]).collect();
        let found = choose(&txs, Page { offset, limit, is_reversed }).ok()?;
        Some(found.into_iter().flatten().copied().collect())
    }

    #[test]
    fn pages_are_those_of_the_sdk() {
        assert_eq!(chosen(5, 1, 2, false), Some(vec![1, 2]));
        assert_eq!(chosen(5, 3, 100, false), Some(vec![3, 4]));
        assert_eq!(chosen(5, 3, 2, true), Some(vec![3, 2]));
        assert_eq!(chosen(5, 2, 100, true), Some(vec![2, 1]));
        assert_eq!(chosen(5, 5, 1, false), None);
        assert_eq!(chosen(0, 7, 1, false), Some(vec![]));
        assert_eq!(chosen(0, 7, 1, true), Some(vec![]));
    }
}
