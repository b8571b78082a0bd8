//! What the node itself answers.

use cosmos_sdk_proto::cosmos::base::node::v1beta1::ConfigResponse;
use prost::Message as _;

use crate::app::App;

impl App {
    /// What a transaction must pay for this node to admit it.
    pub(super) fn node_config(&self) -> Vec<u8> {
        let minimum_gas_price = self.ante.min_gas_prices.to_string();
        ConfigResponse { minimum_gas_price, ..ConfigResponse::default() }.encode_to_vec()
    }
}
