//! What a party paid for its transactions, by the chain's own record.

use anyhow::{Context, Result};
use tendermint_rpc::{Client as _, HttpClient, Order, query::Query};

/// Page size of CometBFT's search.
const PAGE: u8 = 100;

/// Sum of the fees of all transactions that `payer` paid for, in `ustoa`.
pub async fn paid_by(rpc: &str, payer: &str) -> Result<u128> {
    let client = HttpClient::new(rpc)?;
    let (mut page, mut sum, mut seen) = (1, 0, 0);
    loop {
        let query = Query::eq("tx.fee_payer", payer);
        let found = client.tx_search(query, false, page, PAGE, Order::Ascending).await?;
        for tx in &found.txs {
            let events = &tx.tx_result.events;
            let fee = events
                .iter()
                .filter(|event| event.kind == "tx")
                .flat_map(|event| &event.attributes)
                .find_map(|attribute| match attribute.key_str() {
                    Ok("fee") => attribute.value_str().ok(),
                    _ => None,
                })
                .with_context(|| format!("transaction {} has no fee event", tx.hash))?;
            sum += amount(fee)?;
        }
        seen += found.txs.len();
        if found.txs.is_empty() || seen >= usize::try_from(found.total_count)? {
            return Ok(sum);
        }
        page += 1;
    }
}

fn amount(coin: &str) -> Result<u128> {
    let digits = coin.strip_suffix("ustoa").with_context(|| format!("`{coin}` is not in ustoa"))?;
    Ok(digits.parse()?)
}
